import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { decodeEvent } from '@sluice/contracts';
import { openEventLog } from '@sluice/engines';
import type { EventLog, LogRecord } from '@sluice/event-log';
import { brokersForTests } from '@sluice/event-log-kafka/testing';
import { freePort, GatewayProcesses, until } from '@sluice/test-kit';
import { check, type StoredCopy } from '../tools/load/ledger/check.js';
import { Generator } from '../tools/load/ledger/generator.js';
import { Ledger } from '../tools/load/ledger/ledger.js';
import { seedOfRun } from '../tools/load/ledger/random.js';

const PROGRAM = 'apps/gateway/src/main.ts';
const PARTITIONS = 4;
const PATIENCE = { tries: 1200 };
/** Acknowledged records between two faults. */
const ENOUGH = 300;

jest.setTimeout(300_000);

const prefix = `${randomUUID()}.`;
const url = `kafka://${brokersForTests()}`;
const topic = `${prefix}ingest.events`;

let log: EventLog;
let settings: Record<string, string>;

beforeAll(async () => {
  log = await openEventLog({ url, clientId: 'gateway-processes', publishTimeoutMs: 10_000, commitTimeoutMs: 10_000 });
  await log.createTopics([{ name: topic, partitions: PARTITIONS }]);
  settings = {
    ...{ EVENT_LOG_URL: url, KAFKA_PREFIX: prefix, GATEWAY_PROCESSES: '2' },
    PORT: String(await freePort()),
  };
});
afterAll(() => log.close());

/** Everything in the topic, each record once: a repeat whose answer was lost may be there twice. */
async function published(): Promise<StoredCopy[]> {
  const inspector = log.inspect({ group: prefix, topic });
  const copies = new Map<string, StoredCopy>();
  for (const { partition, low, high } of await inspector.positions()) {
    for (let next = low; next < high;) {
      const range = { partition, fromOffset: next, toOffset: high, maxRecords: 1000 };
      const records = await inspector.peek(range);
      for (const record of records) note(copies, record);
      next = records.at(-1)!.offset + 1;
    }
  }
  return [...copies.values()];
}

function note(copies: Map<string, StoredCopy>, { value, offset }: LogRecord): void {
  const decoded = decodeEvent(value);
  if (!decoded.ok) throw new Error(decoded.detail);
  const { device_id, record_id, timestamp, data_payload } = decoded.event;
  const copy = { device_id, record_id, timestamp, data_payload, stored_at: String(offset).padStart(10, '0') };
  const key = `${device_id}/${record_id}`;
  if (!copies.has(key)) copies.set(key, copy);
}

const seed = seedOfRun();

it(`A kill -9 of any process of a gateway loses and changes nothing that was acknowledged (seed ${seed})`, async () => {
  const gateway = await GatewayProcesses.start(PROGRAM, settings);
  await gateway.whenReady();
  const ledger = new Ledger();
  const devices = { seed, devices: 8, prefix: 'kill', maxPauseMs: 2 };
  const generator = new Generator(() => gateway.baseUrl, ledger, devices);
  const untilMore = async (): Promise<void> => {
    const before = ledger.acked;
    await until('more records are acknowledged', async () => ledger.acked - before >= ENOUGH, PATIENCE);
  };
  const running = async (): Promise<boolean> => (await gateway.metric('sluice_gateway_processes')) === 2;

  await untilMore();
  process.kill(gateway.pidOf(1), 'SIGKILL');
  await untilMore();
  await until('another process has taken its place', running, PATIENCE);
  await untilMore();
  expect(await gateway.end('SIGKILL')).toBeNull();
  await generator.stop();

  expect([generator.troubles > 0, generator.withoutRetryAfter, generator.unexpected]).toEqual([true, 0, []]);
  const { lost, phantoms, changed } = check(ledger, await published(), []);
  expect({ lost, phantoms, changed }).toEqual({ lost: [], phantoms: [], changed: [] });
});
