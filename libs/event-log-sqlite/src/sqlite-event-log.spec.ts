import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { LogRecord, PullOptions } from '@sluice/event-log';
import { EmbeddedLogs, embeddedOptions } from './testing/embedded-logs.js';
import { describeEventLogContract } from '@sluice/event-log/testing';
import { SqliteEventLog } from './sqlite-event-log.js';

const logs = new EmbeddedLogs();
afterAll(() => logs.remove());

describeEventLogContract('The embedded log', async () => new SqliteEventLog(embeddedOptions(logs.newDirectory())));

describe('The embedded log', () => {
  const topic = 'events';
  const allThereIs: PullOptions = { maxRecords: 1000, maxWaitMs: 0 };
  let log: SqliteEventLog;

  beforeEach(async () => {
    log = new SqliteEventLog(embeddedOptions(logs.newDirectory()));
    await log.createTopics([{ name: topic, partitions: 2 }]);
  });
  afterEach(async () => {
    await log.close();
    jest.useRealTimers();
  });

  it('A subscription to a missing topic is refused', () => {
    expect(() => log.subscribe({ group: 'reader', topics: ['nothing'] })).toThrow(
      expect.objectContaining({ code: 'topic-missing' }),
    );
  });

  it('An append that waited longer than the publish deadline is not written, and the outcome says so', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
    const late = log.publisher.publish(topic, [entryOf(0)]);
    jest.advanceTimersByTime(10_001);
    const inTime = log.publisher.publish(topic, [entryOf(1)]);
    expect(await late).toEqual([{ written: false, reason: expect.stringMatching(/in time/), cause: 'timeout' }]);
    expect(await inTime).toEqual([{ written: true, partition: 0, offset: 0 }]);
  });

  it('Large records come in several pulls, each once', async () => {
    const entry = entryOf(0, 50_000);
    await log.publisher.publish(topic, new Array<typeof entry>(250).fill(entry));
    const subscription = log.subscribe({ group: 'reader', topics: [topic] });
    const pulls: LogRecord[][] = [];
    do pulls.push(await subscription.pull(allThereIs));
    while (pulls.at(-1)!.length > 0);
    expect(pulls.length).toBeGreaterThan(2);
    expect(pulls.flat().map(({ offset }) => offset)).toEqual(Array.from({ length: 250 }, (_, index) => index));
  });

  it('Partitions are read in turn, so that a long one does not delay the others', async () => {
    const entries = Array.from({ length: 100 }, (_, index) => ({
      ...entryOf(index),
      key: Buffer.from(`key-${index}`),
    }));
    await log.publisher.publish(topic, entries);
    const subscription = log.subscribe({ group: 'reader', topics: [topic] });
    const first = await subscription.pull({ maxRecords: 10, maxWaitMs: 0 });
    const second = await subscription.pull({ maxRecords: 10, maxWaitMs: 0 });
    expect([first[0]?.partition, second[0]?.partition].sort()).toEqual([0, 1]);
  });

  it('Other work gets its turn between two pulls that find something at once', async () => {
    await log.publisher.publish(topic, [entryOf(0), entryOf(1)]);
    const subscription = log.subscribe({ group: 'reader', topics: [topic] });
    let hadTurn = false;
    setImmediate(() => (hadTurn = true));
    await subscription.pull({ maxRecords: 1, maxWaitMs: 0 });
    expect(hadTurn).toBe(true);
  });

  it('A closed log does not answer a ping', async () => {
    await log.close();
    await expect(log.ping()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

function entryOf(index: number, bytes = 1) {
  return { key: null, value: Buffer.alloc(bytes, index), headers: {}, timestampMs: Date.now() };
}
