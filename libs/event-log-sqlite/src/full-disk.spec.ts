import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DatabaseSync } from 'node:sqlite';
import type { LogEntry } from '@sluice/event-log';
import { EmbeddedLogs, embeddedOptions } from './testing/embedded-logs.js';
import { openLogDatabase } from './log-database.js';
import { SqliteEventLog } from './sqlite-event-log.js';

const TOPIC = 'events';
const logs = new EmbeddedLogs();
afterAll(() => logs.remove());

describe('The embedded log on a full disk', () => {
  let directory: string;
  let database: DatabaseSync;
  let log: SqliteEventLog;

  beforeEach(async () => {
    directory = logs.newDirectory();
    database = openLogDatabase(directory);
    log = new SqliteEventLog(embeddedOptions(directory), { database });
    await log.createTopics([{ name: TOPIC, partitions: 1 }]);
  });
  afterEach(() => log.close());

  it('The log reports that nothing was written, and why', async () => {
    fillDisk();
    const outcomes = await log.publisher.publish(TOPIC, largeEntries('lost'));
    expect(outcomes).toHaveLength(50);
    for (const outcome of outcomes) {
      expect(outcome).toEqual({
        written: false,
        reason: expect.stringMatching(/^no-space: .*make room on it/),
        cause: 'no-space',
      });
    }
    expect(await high()).toBe(0);
  });

  it('The write check causes no change that a reader sees', async () => {
    await log.publisher.publish(TOPIC, largeEntries('before'));
    await log.proveWritable(TOPIC);
    expect(await high()).toBe(50);
    await expect(log.proveWritable('missing')).rejects.toMatchObject({ code: 'topic-missing' });
  });

  it('The write check fails with a clear error once the file is read-only', async () => {
    database.exec('PRAGMA query_only = 1');
    await expect(log.proveWritable(TOPIC)).rejects.toMatchObject({ code: 'unavailable', failure: 'read-only' });
    expect(await log.publisher.publish(TOPIC, largeEntries('lost'))).toMatchObject(
      Array.from({ length: 50 }, () => ({ written: false, cause: 'read-only' })),
    );
  });

  it('The log continues with the next offset when there is room again', async () => {
    await log.publisher.publish(TOPIC, largeEntries('before'));
    fillDisk();
    await log.publisher.publish(TOPIC, largeEntries('lost'));
    freeDisk();
    const outcomes = await log.publisher.publish(TOPIC, largeEntries('after'));
    expect(outcomes[0]).toEqual({ written: true, partition: 0, offset: 50 });
    const subscription = log.subscribe({ group: 'reader', topics: [TOPIC] });
    const records = await subscription.pull({ maxRecords: 1000, maxWaitMs: 0 });
    expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(new Set(records.map(({ key }) => String(key)))).toEqual(new Set(['before', 'after']));
  });

  it('The log matches its file after it was opened again', async () => {
    await log.publisher.publish(TOPIC, largeEntries('before'));
    fillDisk();
    await log.publisher.publish(TOPIC, largeEntries('lost'));
    await log.close();
    log = new SqliteEventLog(embeddedOptions(directory));
    expect(await high()).toBe(50);
  });

  it('The log still returns its entries, and answers', async () => {
    await log.publisher.publish(TOPIC, largeEntries('before'));
    fillDisk();
    await log.publisher.publish(TOPIC, largeEntries('lost'));
    const subscription = log.subscribe({ group: 'reader', topics: [TOPIC] });
    expect(await subscription.pull({ maxRecords: 1000, maxWaitMs: 0 })).toHaveLength(50);
    await expect(log.ping()).resolves.toBeUndefined();
  });

  it('A failed commit is reported and changes no offset', async () => {
    await log.publisher.publish(TOPIC, largeEntries('before'));
    const subscription = log.subscribe({ group: 'reader', topics: [TOPIC] });
    await subscription.commit([{ topic: TOPIC, partition: 0, offset: 3 }]);
    // A limit of pages does not fail a write of a few bytes, so the file is made read-only: any write then fails.
    database.exec('PRAGMA query_only = ON');
    const commit = subscription.commit([{ topic: TOPIC, partition: 0, offset: 7 }]);
    await expect(commit).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(/read-only: /) });
    expect((await log.publisher.publish(TOPIC, largeEntries('lost')))[0]).toEqual({
      written: false,
      reason: expect.stringMatching(/^read-only: .*cannot be written/),
      cause: 'read-only',
    });
    database.exec('PRAGMA query_only = OFF');
    expect(subscription.assignment()).toEqual([{ topic: TOPIC, partition: 0, offset: 3 }]);
  });

  /** SQLite raises a limit below the size of the file to that size: no page can be added. */
  function fillDisk(): void {
    database.exec('PRAGMA max_page_count = 1');
  }

  function freeDisk(): void {
    database.exec('PRAGMA max_page_count = 1000000');
  }

  async function high(): Promise<number> {
    const [position] = await log.inspect({ group: 'reader', topic: TOPIC }).positions();
    return position!.high;
  }
});

function largeEntries(key: string): LogEntry[] {
  const entry = { key: Buffer.from(key), value: Buffer.alloc(8192, '.'), headers: {}, timestampMs: Date.now() };
  return Array.from({ length: 50 }, () => entry);
}
