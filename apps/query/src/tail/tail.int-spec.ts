import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { encodeEvent, EVENT_HEADERS } from '@sluice/contracts';
import { openEventLog } from '@sluice/engines';
import type { EventLog } from '@sluice/event-log';
import { anEvent } from '../testing/query-under-test.js';
import { LogFollower } from './log-follower.js';
import { tailFrom } from './tail-start.js';
import { Tail } from './tail.js';

const PARTITIONS = 4;
const DEVICES = Array.from({ length: 12 }, (_, n) => `dev-${n}`);

let log: EventLog;
let topic: string;
let tail: Tail;

beforeAll(async () => {
  const brokers = process.env['KAFKA_BROKERS'];
  if (brokers === undefined) throw new Error('Set KAFKA_BROKERS to host:port of a Kafka broker to run this suite.');
  log = await openEventLog({
    url: `kafka://${brokers}`,
    clientId: 'tail-spec',
    publishTimeoutMs: 10_000,
    commitTimeoutMs: 10_000,
    replicationFactor: 1,
  });
  topic = `tail-${randomUUID()}`;
  await log.createTopics([{ name: topic, partitions: PARTITIONS }]);
  const inspector = log.inspect({ group: `tail-${randomUUID()}`, topic });
  tail = new Tail(inspector, new LogFollower(inspector, pino({ level: 'silent' }), 20), { placeEveryMs: 200 });
}, 60_000);

afterAll(() => log.close());

async function publish(count: number, prefix: string): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
  const entries = ids.map((record_id, n) => {
    const device_id = DEVICES[n % DEVICES.length]!;
    const value = encodeEvent(anEvent({ device_id, record_id }));
    return { key: Buffer.from(device_id), value, headers: EVENT_HEADERS, timestampMs: Date.now() };
  });
  const outcomes = await log.publisher.publish(topic, entries);
  expect(outcomes.every(({ written }) => written)).toBe(true);
  return ids;
}

interface Seen {
  id: string;
  recordId: string;
}

/** Reads this many events, and disconnects in the middle of the stream. */
async function read(from: string, count: number, deviceId?: string, begun = () => Promise.resolve()): Promise<Seen[]> {
  const reader = await tail.begin({ from: tailFrom(from, undefined), deviceId });
  const seen: Seen[] = [];
  await begun();
  for await (const text of tail.events(reader, new AbortController().signal)) {
    const [, id, data] = /^id: (\S+)\ndata: (.*)\n\n$/.exec(text) ?? [];
    if (id !== undefined && data !== undefined)
      seen.push({ id, recordId: (JSON.parse(data) as { record_id: string }).record_id });
    if (seen.length === count) break;
  }
  return seen;
}

const recordIds = (seen: readonly Seen[]) => seen.map(({ recordId }) => recordId);

describe('The live tail on Kafka', () => {
  let old: string[];
  beforeAll(async () => {
    old = await publish(3000, 'old');
  }, 60_000);

  it('The tail shows all events of the log, each once and each device in order', async () => {
    const seen = recordIds(await read('earliest', 3000));
    expect(new Set(seen)).toEqual(new Set(old));
    for (const [n] of DEVICES.entries()) {
      const ofDevice = (ids: readonly string[]) => ids.filter((id) => Number(id.slice(4)) % DEVICES.length === n);
      expect(ofDevice(seen)).toEqual(ofDevice(old));
    }
  }, 60_000);

  it('The tail continues without a gap or a repeat, wherever it was cut', async () => {
    const seen: Seen[] = [];
    for (const count of [1, 99, 1, 700, 1199, 1000]) seen.push(...(await read(seen.at(-1)?.id ?? 'earliest', count)));
    expect(recordIds(seen).sort()).toEqual([...old].sort());
  }, 60_000);

  it('The tail shows new events to several readers, one of them for one device', async () => {
    const place = (await tail.begin({ from: tailFrom('latest', undefined) })).position;
    const [all, one, late] = await Promise.all([
      read('latest', 24, undefined, async () => void (await publish(24, 'new'))),
      read(place, 2, DEVICES[3]),
      read(place, 24),
    ]);
    const expected = Array.from({ length: 24 }, (_, n) => `new-${n}`).sort();
    expect(recordIds(all).sort()).toEqual(expected);
    expect(recordIds(late).sort()).toEqual(expected);
    expect(recordIds(one)).toEqual(['new-3', 'new-15']);
  }, 60_000);
});
