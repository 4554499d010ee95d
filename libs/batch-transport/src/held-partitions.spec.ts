import { setTimeout as nextRound } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogRecord, TopicPosition } from '@sluice/event-log';
import { entryOfEvent, eventOf, FakePublisher, FakeSubscription } from '@sluice/event-log/testing';
import { until } from '@sluice/test-kit';
import { BatchLoop, type BatchLoopOptions } from './batch-loop.js';
import type { BatchHandler } from './handler-call.js';
import { eachEvent } from './each-event.js';
import type { FailedRecord } from './failed-record.js';
import { DONE, retryLater } from './outcome.js';
import { decodeNote } from '@sluice/contracts';

const TOPIC = 'events';
const OWN_DEAD_LETTERS = 'alerts.dead-letters';

function record(partition: number, offset: number): LogRecord {
  const { key, value, headers } = entryOfEvent(eventOf(`${partition}/${offset}`));
  return { topic: TOPIC, partition, offset, key, value, headers, timestampMs: 0 };
}

const nameOf = ({ partition, offset }: LogRecord): string => `${partition}/${offset}`;

describe('BatchLoop with a handler that fails on a record', () => {
  let subscription: FakeSubscription;
  let deadLetters: FakePublisher;
  /** The records on which the handler fails now. */
  let bad: Set<string>;
  let calls: string[][];
  let handled: string[];
  let held: string[];
  let released: string[];
  let batchFailures: unknown[];
  let nowMs: number;
  let loop: BatchLoop;

  /** All or nothing, like a bulk write. */
  const wholeBatch: BatchHandler = async (batch) => {
    calls.push(batch.map(nameOf));
    for (const each of batch) if (bad.has(nameOf(each))) throw new RangeError(`cannot handle ${nameOf(each)}`);
    handled.push(...batch.map(nameOf));
    return batch.map(() => DONE);
  };

  const oneByOne: BatchHandler = (batch) => {
    calls.push(batch.map(nameOf));
    return eachEvent(batch, (_event, each) => {
      if (bad.has(nameOf(each))) throw new RangeError(`cannot handle ${nameOf(each)}`);
      handled.push(nameOf(each));
      return DONE;
    });
  };

  function start(handler: BatchHandler, options: Partial<BatchLoopOptions> = {}): void {
    loop = new BatchLoop({
      subscription,
      handlerOf: () => handler,
      deadLetters,
      deadLetterTopic: OWN_DEAD_LETTERS,
      limits: { maxRecords: 64, maxBytes: 1_000_000, maxAgeMs: 0 },
      backoff: { minMs: 10, maxMs: 10 },
      drainTimeoutMs: 50,
      onFatal: (error) => expect(error).toBeUndefined(),
      now: () => nowMs,
      observer: {
        recordHeld: (failed: FailedRecord) => held.push(nameOf(failed.record)),
        recordReleased: (failed, how) => released.push(`${nameOf(failed.record)} ${how}`),
        batchFailed: (error) => batchFailures.push(error),
      },
      ...options,
    });
    loop.start();
  }

  beforeEach(() => {
    subscription = new FakeSubscription();
    deadLetters = new FakePublisher();
    bad = new Set();
    [calls, handled, held, released, batchFailures] = [[], [], [], [], []];
    nowMs = 1_000_000;
  });
  afterEach(() => loop.stop());

  const committed = (): Record<number, number> => {
    const positions: readonly TopicPosition[] = subscription.commits.flatMap(({ positions, note }) =>
      note === '' ? positions : [],
    );
    return Object.fromEntries(positions.map(({ partition, offset }) => [partition, offset]));
  };

  const four = (partition: number): LogRecord[] => [0, 1, 2, 3].map((offset) => record(partition, offset));

  it('The loop finds the record by halving, commits the records before it and all other partitions, and holds the rest', async () => {
    bad.add('1/2');
    start(wholeBatch);
    subscription.feed(...four(0), ...four(1), ...four(2), ...four(3));
    await until(() => committed()[3] === 4);
    expect(committed()).toEqual({ 0: 4, 1: 2, 2: 4, 3: 4 });
    expect(held).toEqual(['1/2']);
    expect(subscription.pausedPartitions).toEqual([`${TOPIC}/1`]);
    expect(handled).toEqual(['0', '1', '2', '3'].flatMap((n) => four(Number(n)).map(nameOf)).filter(isBefore('1/2')));
    expect(calls.length).toBeLessThanOrEqual(2 * Math.log2(16) + 1);
  });

  it('The loop continues with the other partitions while the record is held', async () => {
    bad.add('0/0');
    start(wholeBatch);
    subscription.feed(...four(0), ...four(1));
    await until(() => committed()[1] === 4);
    subscription.feed(record(0, 4), record(1, 4), record(2, 0));
    await until(() => committed()[2] === 1 && committed()[1] === 5);
    expect(handled).not.toContain('0/1');
    expect(committed()[0] ?? 0).toBe(0);
  });

  it('The loop retries the record alone, and continues after it in order once it is handled', async () => {
    bad.add('0/1');
    start(wholeBatch);
    subscription.feed(...four(0), ...four(1));
    await until(() => held.length === 1 && committed()[1] === 4);
    nowMs += 11;
    await until(() => loop.held[0]?.attempts === 2);
    expect(calls.at(-1)).toEqual(['0/1']);
    bad.clear();
    nowMs += 11;
    await until(() => committed()[0] === 4);
    expect(handled.filter((name) => name.startsWith('0/'))).toEqual(['0/0', '0/1', '0/2', '0/3']);
    expect(released).toEqual(['0/1 done']);
    expect(loop.held).toEqual([]);
    expect(subscription.pausedPartitions).toEqual([]);
  });

  it('An event that a handler of single events has handled is not handled twice', async () => {
    bad.add('0/1').add('2/0');
    start(oneByOne);
    subscription.feed(...four(0), ...four(1), ...four(2));
    await until(() => committed()[1] === 4);
    expect(committed()).toEqual({ 0: 1, 1: 4 });
    bad.clear();
    nowMs += 11;
    await until(() => committed()[0] === 4 && committed()[2] === 4);
    expect([...handled].sort()).toEqual([0, 1, 2].flatMap((n) => four(n).map(nameOf)));
  });

  it('The loop dead-letters the record after the last attempt, with the name of the error, and continues', async () => {
    bad.add('0/1');
    start(wholeBatch, { maxAttempts: 3 });
    subscription.feed(...four(0));
    await until(() => held.length === 1);
    for (const attempts of [2, 3]) {
      nowMs += 11;
      await until(() => deadLetters.records.length > 0 || loop.held[0]?.attempts === attempts);
    }
    await until(() => committed()[0] === 4);
    expect(deadLetters.records).toHaveLength(1);
    const [letter] = deadLetters.records;
    expect(letter).toMatchObject({ topic: OWN_DEAD_LETTERS, value: record(0, 1).value });
    expect(letter?.headers).toMatchObject({
      'dead-letter-reason': 'handler-failed',
      'dead-letter-detail': 'RangeError after 3 attempts: cannot handle 0/1',
      'dead-letter-partition': '0',
      'dead-letter-offset': '1',
      'dead-letter-attempts': '3',
    });
    expect(handled).toEqual(['0/0', '0/2', '0/3']);
    expect(released).toEqual(['0/1 dead-letter']);
  });

  it('The loop does not commit past the record before the dead letter is acknowledged', async () => {
    bad.add('0/0');
    deadLetters.reasonAgainst = () => 'away';
    start(wholeBatch, { maxAttempts: 1, now: Date.now });
    subscription.feed(...four(0));
    await until(() => loop.state.pauseReason === 'log_unreachable');
    expect(committed()[0] ?? 0).toBe(0);
    deadLetters.reasonAgainst = () => undefined;
    await until(() => committed()[0] === 4);
    expect(deadLetters.records).toHaveLength(1);
  });

  it('The delay grows from attempt to attempt', async () => {
    bad.add('0/0');
    start(wholeBatch, { backoff: { minMs: 100, maxMs: 10_000 } });
    subscription.feed(record(0, 0));
    await until(() => held.length === 1);
    for (const [attempts, waitMs] of [100, 200, 400].entries()) {
      nowMs += waitMs / 2 - 1;
      await nextRound(5);
      expect(loop.held[0]?.attempts).toBe(attempts + 1);
      nowMs += waitMs / 2 + 1;
      await until(() => loop.held[0]?.attempts === attempts + 2);
    }
  });

  it('The loop neither splits a batch nor counts attempts while a dependency of the handler is unavailable', async () => {
    bad.add('0/1');
    let isAway = true;
    start(async (batch) =>
      isAway ? (calls.push(batch.map(nameOf)), retryLater('store_unreachable')) : wholeBatch(batch),
    );
    subscription.feed(...four(0));
    await until(() => calls.length === 3);
    expect(new Set(calls.map(({ length }) => length))).toEqual(new Set([4]));
    expect(loop.held).toEqual([]);
    isAway = false;
    await until(() => held.length === 1);
    isAway = true;
    nowMs += 11;
    await until(() => calls.at(-1)?.length === 1 && loop.held[0]?.attempts === 1);
    isAway = false;
    bad.clear();
    nowMs += 11;
    await until(() => committed()[0] === 4);
  });

  it('The loop drops the record when its partition is revoked, and keeps its attempt count for its return', async () => {
    bad.add('0/1');
    start(wholeBatch, { maxAttempts: 2 });
    subscription.feed(...four(0), record(1, 0));
    await until(() => held.length === 1 && committed()[1] === 1);
    subscription.revoke({ topic: TOPIC, partition: 0 });
    expect(released).toEqual(['0/1 revoked']);
    expect(loop.held).toEqual([]);
    subscription.feed(record(0, 1), record(0, 2));
    await until(() => committed()[0] === 3);
    expect(deadLetters.records.map(({ headers }) => headers['dead-letter-attempts'])).toEqual(['2']);
  });

  it('At a stop, the loop commits nothing of the held record and ends in time', async () => {
    bad.add('0/1');
    start(wholeBatch);
    subscription.feed(...four(0));
    await until(() => committed()[0] === 1);
    await loop.stop();
    expect(committed()[0]).toBe(1);
    expect(subscription.isClosed).toBe(true);
  });

  it('The loop commits a note only with the offset of the held partition', async () => {
    bad.add('0/1');
    start(wholeBatch);
    subscription.feed(...four(0), ...four(1));
    await until(() => subscription.commits.some(({ note }) => note !== ''));
    const [noted] = subscription.commits.filter(({ note }) => note !== '');
    expect(noted?.positions).toEqual([{ topic: TOPIC, partition: 0, offset: 1 }]);
    expect(decodeNote(noted!.note, nowMs)).toMatchObject({ state: 'paused', reason: 'handler_failed' });
  });

  it('The loop holds every partition while every record fails, and continues with all once none fails', async () => {
    const all = [0, 1, 2].flatMap(four);
    for (const each of all) bad.add(nameOf(each));
    start(wholeBatch);
    subscription.feed(...all);
    await until(() => held.length === 3);
    expect(handled).toEqual([]);
    expect(calls.length).toBeLessThanOrEqual(2 * all.length - 1);
    bad.clear();
    nowMs += 11;
    await until(() => [0, 1, 2].every((partition) => committed()[partition] === 4));
    expect(deadLetters.calls).toEqual([]);
  });

  it('The loop pauses instead of dead-lettering many records in a row', async () => {
    const offsets = Array.from({ length: 30 }, (_, offset) => offset);
    for (const offset of offsets) bad.add(`0/${offset}`);
    start(wholeBatch, { maxAttempts: 1 });
    subscription.feed(...offsets.map((offset) => record(0, offset)));
    await until(() => loop.state.pauseReason === 'poison_flood');
    expect(deadLetters.records).toHaveLength(20);
    bad.clear();
    loop.acceptDeadLetters();
    await until(() => committed()[0] === 30);
  });

  it('The loop reports a batch that fails only as a whole', async () => {
    start(async (batch) => {
      if (batch.length > 2) throw new RangeError('too many at once');
      return wholeBatch(batch);
    });
    subscription.feed(...four(0));
    await until(() => committed()[0] === 4);
    expect(batchFailures).toEqual([new RangeError('too many at once')]);
    expect(held).toEqual([]);
  });
});

/** Whether a record is in another partition than the culprit, or before it. */
function isBefore(culprit: string): (name: string) => boolean {
  const [partition, offset] = culprit.split('/').map(Number);
  return (name) => {
    const [ownPartition, ownOffset] = name.split('/').map(Number);
    return ownPartition !== partition || ownOffset! < offset!;
  };
}
