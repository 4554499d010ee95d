import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PartitionPosition } from '../event-log.js';
import { EmbeddedLogs, embeddedOptions } from '../testing/embedded-logs.js';
import { SqliteEventLog } from './sqlite-event-log.js';

const TOPIC = 'events';
const HOUR_MS = 3_600_000;
const RETENTION = { keepMs: 24 * HOUR_MS, sweepEveryMs: 60_000 };
const NOW_MS = Date.parse('2025-09-09T17:00:00Z');

const logs = new EmbeddedLogs();
afterAll(() => logs.remove());

describe('Retention of the embedded log', () => {
  let directory: string;
  let log: SqliteEventLog;

  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'performance', 'queueMicrotask'], now: NOW_MS });
    directory = logs.newDirectory();
    log = new SqliteEventLog(embeddedOptions(directory), { retention: RETENTION });
    await log.createTopics([{ name: TOPIC, partitions: 1 }]);
  });
  afterEach(async () => {
    await log.close();
    jest.useRealTimers();
  });

  it('deletes what every group is done with and what is old enough', async () => {
    await publish(30, 25 * HOUR_MS);
    await publish(20, 23 * HOUR_MS);
    await commit('first', 50);
    await commit('second', 50);
    await sweep();
    expect(await position()).toMatchObject({ low: 30, committed: 50, high: 50 });
    expect(await remainingOffsets()).toEqual([30, 50]);
  });

  it('keeps what the slowest group has yet to read', async () => {
    await publish(50, 25 * HOUR_MS);
    await commit('first', 50);
    await commit('second', 10);
    await sweep();
    expect(await position()).toMatchObject({ low: 10 });
    const records = await log.subscribe({ group: 'second', topics: [TOPIC] }).pull({ maxRecords: 100, maxWaitMs: 0 });
    expect(records.map(({ offset }) => offset)[0]).toBe(10);
    expect(records).toHaveLength(40);
  });

  it('keeps everything of a topic in which no group has ever committed', async () => {
    await publish(50, 1000 * HOUR_MS);
    await sweep();
    expect(await position()).toMatchObject({ low: 0, high: 50 });
  });

  it('deletes more than one step in one sweep', async () => {
    await publish(3500, 25 * HOUR_MS);
    await commit('first', 3400);
    await sweep();
    expect(await position()).toMatchObject({ low: 3400, high: 3500 });
  });

  it('counts on from the same offset after everything was deleted and the log was opened again', async () => {
    await publish(50, 25 * HOUR_MS);
    await commit('first', 50);
    await sweep();
    await log.close();
    log = new SqliteEventLog(embeddedOptions(directory));
    expect(await position()).toMatchObject({ low: 50, committed: 50, high: 50 });
    expect(await publish(1, 0)).toEqual([{ written: true, partition: 0, offset: 50 }]);
  });

  it('gives a new group what is left', async () => {
    await publish(50, 25 * HOUR_MS);
    await commit('first', 30);
    await sweep();
    const records = await log.subscribe({ group: 'late', topics: [TOPIC] }).pull({ maxRecords: 100, maxWaitMs: 0 });
    expect(records[0]?.offset).toBe(30);
    expect(records).toHaveLength(20);
  });

  async function publish(count: number, ageMs: number) {
    const entry = { key: null, value: Buffer.from('x'), headers: {}, timestampMs: NOW_MS - ageMs };
    return log.publisher.publish(TOPIC, new Array<typeof entry>(count).fill(entry));
  }

  async function commit(group: string, offset: number): Promise<void> {
    const subscription = log.subscribe({ group, topics: [TOPIC] });
    await subscription.commit([{ topic: TOPIC, partition: 0, offset }]);
    await subscription.close();
  }

  /** One sweep takes a turn of the event loop for each step. */
  async function sweep(): Promise<void> {
    jest.advanceTimersByTime(RETENTION.sweepEveryMs);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  async function position(): Promise<PartitionPosition> {
    const [first] = await log.inspect({ group: 'first', topic: TOPIC }).positions();
    return first!;
  }

  async function remainingOffsets(): Promise<number[]> {
    const inspector = log.inspect({ group: 'first', topic: TOPIC });
    const records = await inspector.peek({ partition: 0, fromOffset: 0, toOffset: 1000, maxRecords: 1000 });
    return [records[0]!.offset, records.at(-1)!.offset + 1];
  }
});
