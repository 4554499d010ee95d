import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Inject, Module, Param } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { Counter, Registry } from 'prom-client';
import { Clock } from '@sluice/async';
import { FakeClock } from '@sluice/test-kit';
import { createHttpApp } from '../http-app.js';
import { ProblemError } from '../problem-error.js';
import { MetricsModule } from './metrics.module.js';
import { createRegistry } from '@sluice/observability';

/** An engine that remembers how often it was asked. */
class FakeEngine {
  pings = 0;
  answer: () => Promise<void> = async () => undefined;

  ping(): Promise<void> {
    this.pings++;
    return this.answer();
  }
}

@Controller('devices')
class DevicesController {
  constructor(@Inject(Registry) registry: Registry) {
    new Counter({ name: 'of_a_feature_total', help: 'A metric of a feature module.', registers: [registry] });
  }

  @Get(':device_id')
  device(@Param('device_id') id: string): string {
    if (id === 'busy') throw new ProblemError('overloaded', 'Come back later.');
    return id;
  }
}

let clock: FakeClock;
let engine: FakeEngine;
let app: NestFastifyApplication;
let url: string;

beforeEach(async () => {
  clock = new FakeClock();
  engine = new FakeEngine();
  const providers = [
    { provide: Clock, useValue: clock },
    { provide: FakeEngine, useValue: engine },
  ];

  @Module({
    imports: [
      { module: class Surroundings {}, global: true, providers, exports: providers },
      MetricsModule.forRoot(createRegistry(), { event_log: FakeEngine }),
    ],
    controllers: [DevicesController],
  })
  class RootModule {}

  app = await createHttpApp(RootModule, pino({ level: 'silent' }), { maxBodyBytes: 1024 });
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
});
afterEach(() => app.close());

async function get(path: string): Promise<{ status: number; type: string | null; text: string }> {
  const response = await fetch(url + path, { headers: { connection: 'close' } });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

/** Lines that begin with the name. */
async function scrape(name = ''): Promise<string[]> {
  const { text } = await get('/metrics');
  return text.split('\n').filter((line) => line.startsWith(name));
}

describe('GET /metrics', () => {
  it('GET /metrics is the text format of Prometheus, with a help and a type for every metric', async () => {
    const { status, type, text } = await get('/metrics');
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const named = (comment: string) =>
      [...text.matchAll(new RegExp(`^# ${comment} (\\S+) \\S`, 'gm'))].map(([, name]) => name);
    expect(named('HELP').length).toBeGreaterThan(20);
    expect(named('TYPE')).toEqual(named('HELP'));
  });

  it('GET /metrics reports the memory, the CPU time and the event-loop delay of the process', async () => {
    const text = (await scrape()).join('\n');
    for (const name of [
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });

  it('GET /metrics shows what a feature module has registered', async () => {
    expect(await scrape('of_a_feature')).toEqual(['of_a_feature_total 0']);
  });
});

describe('The metrics of requests', () => {
  it('Requests are counted by the pattern of their path and their status, whatever ids they name', async () => {
    for (const id of ['dev-1', 'dev-2', 'dev-3', 'busy']) await get(`/devices/${id}`);
    expect(await scrape('sluice_http_requests_total')).toEqual([
      'sluice_http_requests_total{route="/devices/:device_id",status="200"} 3',
      'sluice_http_requests_total{route="/devices/:device_id",status="503"} 1',
    ]);
    expect(await scrape('sluice_http_request_duration_seconds_count')).toEqual([
      'sluice_http_request_duration_seconds_count{route="/devices/:device_id"} 4',
    ]);
  });

  it('Requests to unknown paths are one series, however many they are', async () => {
    for (const path of ['/a', '/b?c=d', '/devices', '/devices/1/2']) await get(path);
    expect(await scrape('sluice_http_requests_total')).toEqual([
      'sluice_http_requests_total{route="unmatched",status="404"} 4',
    ]);
  });
});

describe('An engine', () => {
  it('An engine is up while it answers', async () => {
    expect(await scrape('sluice_engine_up')).toEqual(['sluice_engine_up{engine="event_log"} 1']);
  });

  it.each<[string, () => Promise<void>]>([
    ['refuses', () => Promise.reject(new Error('broker:9092 is away'))],
    ['hangs', () => new Promise(() => undefined)],
  ])('An engine is down while it %s, and the scrape continues', async (_what, answer) => {
    engine.answer = answer;
    const lines = await scrape();
    expect(lines).toContain('sluice_engine_up{engine="event_log"} 0');
    expect(lines).toContain('of_a_feature_total 0');
    expect(lines.join()).not.toContain('broker:9092');
  });
});

describe('Many scrapes', () => {
  it('Many scrapes within one second read the metrics once', async () => {
    const texts = await Promise.all(Array.from({ length: 50 }, async () => (await get('/metrics')).text));
    expect(engine.pings).toBe(1);
    expect(new Set(texts).size).toBe(1);
    clock.advance(1_000);
    await get('/metrics');
    expect(engine.pings).toBe(2);
  });

  it('Many scrapes do not wait in line for an engine that hangs', async () => {
    engine.answer = () => new Promise(() => undefined);
    await Promise.all(Array.from({ length: 20 }, () => get('/metrics')));
    clock.advance(1_000);
    await get('/metrics');
    expect(engine.pings).toBe(1);
  });
});
