import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EVENTS_TOPIC, type IngestEvent } from '@sluice/contracts';
import { openEventLog } from '@sluice/engines';
import type { EventLog, LogRecord } from '@sluice/event-log';
import { entryOfEvent, eventOf } from '@sluice/event-log/testing';
import { until } from '@sluice/test-kit';
import { OutsideProject } from './outside-project.js';

const brokers = process.env['KAFKA_BROKERS'];
const LOG_URL = `kafka://${brokers}`;
/** Packing and installing take their time on a busy machine. */
const SETUP_PATIENCE_MS = 240_000;
const PATIENCE_MS = 90_000;
const PATIENCE = { tries: 1500, everyMs: 40 };

let project: OutsideProject;
let log: EventLog;
/** Others may have used the topic before: every test has its own devices and group. */
let device: string;
let group: string;

beforeAll(async () => {
  log = await openEventLog({
    url: LOG_URL,
    clientId: 'examples',
    publishTimeoutMs: 10_000,
    commitTimeoutMs: 10_000,
    replicationFactor: 1,
  });
  await log.requireTopics([EVENTS_TOPIC]).catch(() => log.createTopics([{ name: EVENTS_TOPIC, partitions: 12 }]));
  project = await OutsideProject.create();
  for (const example of ['downstream-alerts', 'downstream-export']) {
    await project.copyIn(`examples/${example}`);
    await project.compile(example);
  }
}, SETUP_PATIENCE_MS);
afterAll(async () => {
  await project.remove();
  await log.close();
});

beforeEach(() => {
  device = `dev-${randomUUID()}`;
  group = `example-${randomUUID()}`;
});

async function publish(events: readonly IngestEvent[]): Promise<void> {
  const outcomes = await log.publisher.publish(EVENTS_TOPIC, events.map(entryOfEvent));
  expect(outcomes.every(({ written }) => written)).toBe(true);
}

const lag = async (): Promise<number> => {
  const positions = await log.inspect({ group, topic: EVENTS_TOPIC }).positions();
  return positions.reduce((sum, { committed, high }) => sum + high - committed, 0);
};

const untilCaughtUp = () => until('the group has caught up', async () => (await lag()) === 0 || undefined, PATIENCE);

/** Sends SIGTERM, waits until it has ended, and expects exit code 0. */
async function stop(program: ChildProcess): Promise<void> {
  program.kill('SIGTERM');
  const [code, signal] = (await once(program, 'close')) as [number | null, string | null];
  expect([0, 'SIGTERM']).toContain(code ?? signal);
}

describe('The example downstream-alerts', () => {
  let webhook: Server;
  let address: string;
  let alerts: Record<string, unknown>[];
  /** What the webhook answers next; 200 when it is used up. */
  let statuses: number[];
  let service: ChildProcess;

  beforeEach(async () => {
    alerts = [];
    statuses = [];
    webhook = createServer((request, response) => void answer(request, response));
    await once(webhook.listen(0, '127.0.0.1'), 'listening');
    address = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    await stop(service);
    webhook.closeAllConnections();
    webhook.close();
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const alert = (await json(request)) as { device_id: string };
    const isOurs = alert.device_id === device;
    const status = (isOurs ? statuses.shift() : undefined) ?? 200;
    if (isOurs && status === 200) alerts.push(alert);
    response.writeHead(status).end();
  }

  const reading = (id: string, payload: IngestEvent['data_payload']) =>
    eventOf(id, { device_id: device, received_at: new Date().toISOString(), data_payload: payload });

  function start(): void {
    service = project.start('downstream-alerts/dist/main.js', address, LOG_URL, group);
  }

  it(
    'The example downstream-alerts posts an alert for each reading that has passed its limit, in order, and for no other',
    async () => {
      await publish([
        reading('r-1', { temperature_c: 79.5, pressure_bar: 7 }),
        reading('r-2', { temperature_c: 80 }),
        reading('r-3', { temperature_c: '99' }),
        reading('r-4', { temperature_c: 81, pressure_bar: 9 }),
      ]);
      start();
      await untilCaughtUp();
      expect(alerts.map(({ id, value, limit }) => [id, value, limit])).toEqual([
        [`${device}/r-1/pressure_bar`, 7, 6],
        [`${device}/r-4/temperature_c`, 81, 80],
        [`${device}/r-4/pressure_bar`, 9, 6],
      ]);
    },
    PATIENCE_MS,
  );

  it(
    'The example downstream-alerts waits while the webhook is unavailable, and dead-letters what it refuses',
    async () => {
      await publish([reading('r-1', { pressure_bar: 7 }), reading('r-2', { pressure_bar: 8 })]);
      statuses = [503, 503, 422];
      start();
      await untilCaughtUp();
      expect(statuses).toEqual([]);
      expect(alerts.map(({ id }) => id)).toEqual([`${device}/r-2/pressure_bar`]);
      const letters = await deadLetters();
      expect(letters.map(({ value }) => (JSON.parse(String(value)) as IngestEvent).record_id)).toEqual(['r-1']);
      expect(letters[0]?.headers).toMatchObject({
        'dead-letter-reason': 'alert-refused',
        'dead-letter-detail': 'the webhook answered 422',
      });
    },
    PATIENCE_MS,
  );

  async function deadLetters(): Promise<LogRecord[]> {
    const inspector = log.inspect({ group, topic: `${group}.dead-letters` });
    const letters = await inspector.peek({ partition: 0, fromOffset: 0, toOffset: 1000, maxRecords: 1000 });
    return letters.filter(({ key }) => String(key) === device);
  }
});

describe('The example downstream-export', () => {
  let directory: string;
  beforeEach(() => {
    directory = join(project.folder, `export-${randomUUID()}`);
  });

  const start = () => project.start('downstream-export/src/export.ts', directory, LOG_URL, group);

  /** Events of several devices, over the last four hours: what is much older, Kafka may have removed. */
  const eventsOver = (count: number): IngestEvent[] =>
    Array.from({ length: count }, (_, n) =>
      eventOf(`r-${n}`, {
        device_id: `${device}-${n % 7}`,
        received_at: new Date(Date.now() - Math.floor(4 - (n * 4) / count) * 3_600_000).toISOString(),
        data_payload: { n, zero: -0 },
      }),
    );

  /** What the files hold of our devices, by the hour in their names. */
  async function exported(): Promise<{ hour: string; event: IngestEvent }[]> {
    const names = await readdir(directory);
    const files = names.map(async (name) => {
      const lines = (await readFile(join(directory, name), 'utf8')).split('\n').filter((line) => line.includes(device));
      return lines.map((line) => ({ hour: name.slice(0, 13), event: eventIn(line) }));
    });
    return (await Promise.all(files)).flat();
  }

  function eventIn(line: string): IngestEvent {
    const { offset, ...event } = JSON.parse(line) as IngestEvent & { offset: number };
    expect(offset).toEqual(expect.any(Number));
    return event;
  }

  const byId = (a: { event: IngestEvent }, b: { event: IngestEvent }) =>
    Number(a.event.data_payload['n']) - Number(b.event.data_payload['n']);

  async function expectEachOnce(events: readonly IngestEvent[]): Promise<void> {
    const found = (await exported()).sort(byId);
    expect(found).toEqual(events.map((event) => ({ hour: event.received_at.slice(0, 13), event })));
  }

  it(
    'The example downstream-export writes every event once, into the file of its hour',
    async () => {
      const events = eventsOver(200);
      await publish(events);
      const program = start();
      await untilCaughtUp();
      await stop(program);
      await expectEachOnce(events);
    },
    PATIENCE_MS,
  );

  it(
    'The example downstream-export writes nothing twice after a redelivery, and repairs a line that was cut short',
    async () => {
      const events = eventsOver(100);
      await publish(events.slice(0, 60));
      const first = start();
      await untilCaughtUp();
      await stop(first);
      for (const name of await readdir(directory)) await appendFile(join(directory, name), '{"offset":9');

      await publish(events.slice(60));
      group = `${group}-again`;
      const second = start();
      await untilCaughtUp();
      await stop(second);
      await expectEachOnce(events);
    },
    PATIENCE_MS,
  );

  it(
    'The example downstream-export writes every event once although it is killed while it writes, again and again',
    async () => {
      const events = eventsOver(3000);
      await publish(events);
      for (const enough of [1, 1000, 2000]) {
        // The group of a killed member waits for it; a new one begins at once, and at the first record.
        group = `example-${randomUUID()}`;
        const program = start();
        await until(
          'so many lines are written',
          async () => (await linesIn(directory)) >= enough || undefined,
          PATIENCE,
        );
        program.kill('SIGKILL');
        expect(await once(program, 'close')).toEqual([null, 'SIGKILL']);
      }
      group = `example-${randomUUID()}`;
      const program = start();
      await untilCaughtUp();
      await stop(program);
      await expectEachOnce(events);
    },
    PATIENCE_MS,
  );

  async function linesIn(folder: string): Promise<number> {
    const names = await readdir(folder).catch(() => []);
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    return texts.reduce((sum, text) => sum + text.split('\n').filter((line) => line.includes(device)).length, 0);
  }
});
