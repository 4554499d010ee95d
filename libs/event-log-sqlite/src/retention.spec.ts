import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { PartitionPosition, TopicLimits } from '@sluice/event-log';
import { EmbeddedLogs, embeddedOptions } from './testing/embedded-logs.js';
import { SqliteEventLog } from './sqlite-event-log.js';

const TOPIC = 'events';
const HOUR_MS = 3_600_000;
const RETENTION = { keepMs: 24 * HOUR_MS, sweepEveryMs: 60_000 };
const NOW_MS = Date.parse('2025-09-09T17:00:00Z');

/** A value of 100 bytes and empty headers. */
const ENTRY_BYTES = 102;

const logs = new EmbeddedLogs();
afterAll(() => logs.remove());

describe('Retention of the embedded log', () => {
  let directory: string;
  let log: SqliteEventLog;
  const lines: string[] = [];

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

  it('Entries are deleted that are old enough and below the committed offset of every group', async () => {
    await publish(30, 25 * HOUR_MS);
    await publish(20, 23 * HOUR_MS);
    await commit('first', 50);
    await commit('second', 50);
    await sweep();
    expect(await position()).toMatchObject({ low: 30, committed: 50, high: 50 });
    expect(await remainingOffsets()).toEqual([30, 50]);
  });

  it('Entries that the slowest group has yet to read are kept', async () => {
    await publish(50, 25 * HOUR_MS);
    await commit('first', 50);
    await commit('second', 10);
    await sweep();
    expect(await position()).toMatchObject({ low: 10 });
    const records = await log.subscribe({ group: 'second', topics: [TOPIC] }).pull({ maxRecords: 100, maxWaitMs: 0 });
    expect(records.map(({ offset }) => offset)[0]).toBe(10);
    expect(records).toHaveLength(40);
  });

  it('All entries of a topic in which no group has ever committed are kept', async () => {
    await publish(50, 1000 * HOUR_MS);
    await sweep();
    expect(await position()).toMatchObject({ low: 0, high: 50 });
  });

  it('One sweep deletes more than one step', async () => {
    await publish(3500, 25 * HOUR_MS);
    await commit('first', 3400);
    await sweep();
    expect(await position()).toMatchObject({ low: 3400, high: 3500 });
  });

  it('Offsets continue after all entries were deleted and the log was opened again', async () => {
    await publish(50, 25 * HOUR_MS);
    await commit('first', 50);
    await sweep();
    await log.close();
    log = new SqliteEventLog(embeddedOptions(directory));
    expect(await position()).toMatchObject({ low: 50, committed: 50, high: 50 });
    expect(await publish(1, 0)).toEqual([{ written: true, partition: 0, offset: 50 }]);
  });

  it('Nothing is kept for a group of a consumer that is switched off', async () => {
    await reopen({ [TOPIC]: { maxAgeMs: 24 * HOUR_MS, keepsUnread: true, ignoredGroups: ['off'] } });
    await publish(50, 25 * HOUR_MS);
    await commit('off', 10);
    await commit('first', 30);
    await sweep();
    expect(await position()).toMatchObject({ low: 30, high: 50 });
  });

  it('A new group gets the remaining entries', async () => {
    await publish(50, 25 * HOUR_MS);
    await commit('first', 30);
    await sweep();
    const records = await log.subscribe({ group: 'late', topics: [TOPIC] }).pull({ maxRecords: 100, maxWaitMs: 0 });
    expect(records[0]?.offset).toBe(30);
    expect(records).toHaveLength(20);
  });

  describe('Retention with a limit in bytes', () => {
    const LIMITS = { [TOPIC]: { maxBytes: 10_000, keepsUnread: true } };
    beforeEach(async () => {
      lines.length = 0;
      await reopen(LIMITS);
    });

    it('The oldest entries below the committed offset of every group are removed until the rest fits', async () => {
      await publish(150, 0, 100);
      await commit('first', 150);
      await sweep();
      expect(await position()).toMatchObject({ low: 52, high: 150 });
      expect(log.usage()).toEqual([
        { topic: TOPIC, bytes: 98 * ENTRY_BYTES, oldestMs: NOW_MS, removed: { age: 0, bytes: 52 } },
      ]);
    });

    it('An append enforces the limit without waiting for the next sweep', async () => {
      await publish(90, 0, 100);
      await commit('first', 90);
      await publish(60, 0, 100);
      await turns();
      expect(log.usage()[0]!.bytes).toBeLessThanOrEqual(10_000);
    });

    it('Unread entries are kept, whatever their size, with one warning', async () => {
      await publish(300, 0, 100);
      await commit('first', 50);
      await sweep();
      await sweep();
      expect(await position()).toMatchObject({ low: 50, high: 300 });
      expect(lines).toEqual([expect.stringMatching(/holds 25500 bytes; its limit is 10000.*not stored yet are never/)]);
      await commit('first', 300);
      await sweep();
      expect(log.usage()[0]!.bytes).toBeLessThanOrEqual(10_000);
      expect(lines).toHaveLength(2);
    });

    it('The size is the same after a reopening, and after a write by a release that does not count', async () => {
      await publish(20, 0, 100);
      await reopen(LIMITS);
      expect(log.usage()[0]!.bytes).toBe(20 * ENTRY_BYTES);
      await log.close();
      using earlier = new DatabaseSync(join(directory, 'event-log.db'));
      earlier.exec('DELETE FROM entries_1 WHERE "offset" < 5; UPDATE partitions SET low = 5');
      earlier.exec("INSERT INTO entries_1 VALUES (20, NULL, x'00', '{}', 0)");
      earlier.close();
      log = open(LIMITS);
      expect(log.usage()[0]!.bytes).toBe(15 * ENTRY_BYTES + 3);
    });

    it('The file stays bounded, however much is appended', async () => {
      const largest = 1_000_000;
      await reopen({ [TOPIC]: { maxBytes: largest, keepsUnread: true } });
      for (let round = 1; round <= 40; round++) {
        await publish(100, 0, 2_000);
        await commit('first', round * 100);
        await turns();
      }
      expect(await position()).toMatchObject({ high: 4_000 });
      await log.close();
      expect(statSync(join(directory, 'event-log.db')).size).toBeLessThan(2 * largest);
      log = open();
    });
  });

  describe('Retention of a topic that no group reads, such as the dead letters', () => {
    it('Entries are removed by age and by bytes', async () => {
      await reopen({ [TOPIC]: { maxAgeMs: 24 * HOUR_MS, maxBytes: 1_000, keepsUnread: false } });
      await publish(7, 25 * HOUR_MS, 100);
      await publish(15, HOUR_MS, 100);
      await sweep();
      expect(log.usage()).toMatchObject([{ bytes: 9 * ENTRY_BYTES }]);
      const { removed } = log.usage()[0]!;
      expect(removed.age + removed.bytes).toBe(13);
    });

    it('All entries are kept without limits', async () => {
      await reopen({ [TOPIC]: { keepsUnread: false } });
      await publish(50, 1000 * HOUR_MS);
      await sweep();
      expect(await position()).toMatchObject({ low: 0, high: 50 });
    });
  });

  function open(limits?: Record<string, TopicLimits>): SqliteEventLog {
    const say = (_: string, line: string): void => void lines.push(line);
    const retention = limits === undefined ? RETENTION : { ...RETENTION, limits };
    return new SqliteEventLog({ ...embeddedOptions(directory), logger: say }, { retention });
  }

  async function reopen(limits?: Record<string, TopicLimits>): Promise<void> {
    await log.close();
    log = open(limits);
  }

  async function publish(count: number, ageMs: number, bytes = 1) {
    const entry = { key: null, value: Buffer.alloc(bytes, 'x'), headers: {}, timestampMs: NOW_MS - ageMs };
    return log.publisher.publish(TOPIC, new Array<typeof entry>(count).fill(entry));
  }

  async function commit(group: string, offset: number): Promise<void> {
    const subscription = log.subscribe({ group, topics: [TOPIC] });
    await subscription.commit([{ topic: TOPIC, partition: 0, offset }]);
    await subscription.close();
  }

  /** One sweep yields the event loop after each step. */
  async function sweep(): Promise<void> {
    jest.advanceTimersByTime(RETENTION.sweepEveryMs);
    await turns();
  }

  async function turns(): Promise<void> {
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
