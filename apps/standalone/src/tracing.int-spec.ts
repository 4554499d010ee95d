import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { BatchTransport } from '@sluice/batch-transport';
import { BufferWorkerAppModule, readWorkerConfig } from '@sluice/buffer-worker';
import type { Service } from '@sluice/process';
import { EventLog } from '@sluice/event-log';
import { GatewayAppModule, readGatewayConfig } from '@sluice/gateway';
import { prepare } from '@sluice/engines';
import { RecordStore } from '@sluice/record-store';
import { createHttpApp } from '@sluice/http';
import { createRegistry, openTracing, tracingOptions } from '@sluice/observability';
import { OtlpReceiver } from '@sluice/observability/testing';

const SILENT = pino({ level: 'silent' });
const PREFIX = `traces-${randomUUID()}.`;

let collector: OtlpReceiver;
let gateway: NestFastifyApplication;
let worker: NestFastifyApplication;

const environment = () => ({
  EVENT_LOG_URL: `kafka://${required('KAFKA_BROKERS')}`,
  KAFKA_PREFIX: PREFIX,
  RECORD_STORE_URL: `${required('MONGO_URL')}/${PREFIX.slice(0, -1)}`,
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: '0',
});

/** An app with its own root module, traced under its own name, on topics of this suite. */
async function open<Config extends AppConfig>(name: string, rootOf: RootOf<Config>, config: Config) {
  const registry = createRegistry();
  const tracing = await openTracing(tracingOptions(config, name), SILENT, registry);
  const root = rootOf(config, { logger: SILENT, registry, tracing });
  return createHttpApp(root, SILENT, config);
}

type AppConfig = Parameters<typeof createHttpApp>[2] & Parameters<typeof tracingOptions>[0];
type RootOf<Config> = (config: Config, service: Service) => DynamicModule;

function required(key: string): string {
  const value = process.env[key];
  if (value === undefined) throw new Error(`Set ${key} to run this suite.`);
  return value;
}

beforeAll(async () => {
  collector = await OtlpReceiver.start();
  gateway = await open('gateway', GatewayAppModule.forRoot, readGatewayConfig(environment()));
  worker = await open('buffer-worker', BufferWorkerAppModule.forRoot, readWorkerConfig(environment()));
  await prepare(worker.get(EventLog), worker.get(RecordStore), {
    events: { partitions: 3 },
    deadLetters: { partitions: 3 },
  });
  worker.connectMicroservice({ strategy: worker.get(BatchTransport, { strict: false }) });
  await worker.startAllMicroservices();
  await gateway.listen(0, '127.0.0.1');
}, 60_000);

afterAll(async () => {
  await gateway.close();
  await worker.close();
  await collector.close();
}, 30_000);

async function post(headers: Record<string, string>): Promise<number> {
  const { port } = gateway.getHttpServer().address() as { port: number };
  const response = await fetch(`http://127.0.0.1:${port}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body: JSON.stringify({ device_id: 'dev-2', timestamp: '2025-09-09T17:00:00Z', data_payload: {} }),
  });
  await response.arrayBuffer();
  return response.status;
}

it('A record is traced from its request over Kafka to the store, through two processes', async () => {
  const traceId = randomBytes(16).toString('hex');
  expect(await post({ traceparent: `00-${traceId}-00f067aa0ba902b7-01` })).toBe(202);
  const steps = ['receive', 'publish', 'in log', 'batch wait', 'write', 'commit'];
  const spans = await collector.trace(traceId, ['POST /ingest', ...steps]);
  const request = spans.find(({ name }) => name === 'POST /ingest')!;
  expect(Object.fromEntries(spans.map(({ name, serviceName }) => [name, serviceName]))).toEqual({
    'POST /ingest': 'sluice-gateway',
    receive: 'sluice-gateway',
    publish: 'sluice-gateway',
    'in log': 'sluice-buffer-worker',
    'batch wait': 'sluice-buffer-worker',
    write: 'sluice-buffer-worker',
    commit: 'sluice-buffer-worker',
  });
  for (const name of steps) expect(spans.find((span) => span.name === name)?.parentSpanId).toBe(request.spanId);
  const append = await collector.linkingTo(request.spanId, `append ${PREFIX}ingest.events`);
  const write = await collector.linkingTo(request.spanId, 'bulk write');
  expect([append.serviceName, write.serviceName]).toEqual(['sluice-gateway', 'sluice-buffer-worker']);
}, 60_000);

it('A record whose context is broken or not sampled is accepted, and not traced', async () => {
  const broken = randomBytes(16).toString('hex');
  const unsampled = randomBytes(16).toString('hex');
  const follower = randomBytes(16).toString('hex');
  expect(await post({ traceparent: `00-${broken}-00f067aa0ba902b7-01-more` })).toBe(202);
  expect(await post({ traceparent: `00-${unsampled}-00f067aa0ba902b7-00` })).toBe(202);
  expect(await post({ traceparent: `00-${follower}-00f067aa0ba902b7-01` })).toBe(202);
  await collector.trace(follower, ['commit']);
  expect(collector.spans.filter(({ traceId }) => traceId === broken || traceId === unsampled)).toEqual([]);
}, 60_000);
