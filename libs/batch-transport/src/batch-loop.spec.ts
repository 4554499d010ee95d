import { setTimeout as nextRound } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DEAD_LETTERS_TOPIC, decodeNote } from '@sluice/contracts';
import { EventLogError, type LogRecord } from '@sluice/event-log';
import { FakePublisher, FakeSubscription } from '@sluice/event-log/testing';
import { until } from '@sluice/test-kit';
import { BatchLoop } from './batch-loop.js';
import type { BatchHandler } from './handler-call.js';
import { deadLetter, DONE, retryLater, type BatchVerdict, type RecordOutcome } from './outcome.js';
import { PoisonGuard } from './poison-guard.js';

const TOPIC = 'events';

function record(offset: number, partition = 0, topic = TOPIC): LogRecord {
  const value = Buffer.from(`value ${offset}`);
  return { topic, partition, offset, key: Buffer.from('key'), value, headers: { origin: 'here' }, timestampMs: 0 };
}

const allDone: BatchHandler = async (batch) => batch.map(() => DONE);

describe('BatchLoop', () => {
  let subscription: FakeSubscription;
  let deadLetters: FakePublisher;
  let handler: BatchHandler;
  let batches: (readonly LogRecord[])[];
  let pauses: (string | undefined)[];
  let failures: unknown[];
  let fatal: Error | undefined;
  let loop: BatchLoop;

  beforeEach(() => {
    subscription = new FakeSubscription();
    deadLetters = new FakePublisher();
    handler = allDone;
    batches = [];
    pauses = [];
    failures = [];
    fatal = undefined;
    loop = new BatchLoop({
      subscription,
      handlerOf: () => (batch) => {
        batches.push(batch);
        return handler(batch);
      },
      deadLetters,
      limits: { maxRecords: 4, maxBytes: 1_000_000, maxAgeMs: 0 },
      backoff: { minMs: 1, maxMs: 1 },
      drainTimeoutMs: 50,
      onFatal: (error) => (fatal = error),
      observer: { pauseChanged: (reason) => pauses.push(reason), handlerFailed: (error) => failures.push(error) },
      guard: new PoisonGuard({ windowMs: 60_000, minDeadLetters: 3, maxRatio: 0.5 }),
    });
    loop.start();
  });
  afterEach(() => loop.stop());

  const committed = (): unknown[] =>
    subscription.commits.filter(({ note }) => note === '').map(({ positions }) => positions);

  it('The loop commits the offset after the last record of each partition once all records have outcomes', async () => {
    subscription.feed(record(7), record(8), record(3, 1));
    await until(() => committed().length > 0);
    expect(committed()).toEqual([
      [
        { topic: TOPIC, partition: 0, offset: 9 },
        { topic: TOPIC, partition: 1, offset: 4 },
      ],
    ]);
  });

  it('The loop neither commits nor polls while the handler works', async () => {
    const { promise, resolve } = Promise.withResolvers<BatchVerdict>();
    handler = () => promise;
    subscription.feed(record(0));
    await until(() => batches.length === 1);
    subscription.feed(record(1));
    await nextRound(1);
    expect(committed()).toEqual([]);
    expect(subscription.pendingPulls).toBe(0);
    resolve([DONE]);
    await until(() => committed().length === 2);
  });

  it('The loop limits a batch by its number of records', async () => {
    subscription.feed(...Array.from({ length: 9 }, (_, offset) => record(offset)));
    await until(() => committed().length === 3);
    expect(batches.map(({ length }) => length)).toEqual([4, 4, 1]);
  });

  it('The loop publishes a dead letter with its origin and its own bytes before it commits', async () => {
    handler = async (batch) => batch.map(({ offset }) => (offset === 1 ? deadLetter('undecodable', 'not JSON') : DONE));
    deadLetters.hold();
    subscription.feed(record(0), record(1), record(2));
    await until(() => deadLetters.calls.length === 1);
    expect(committed()).toEqual([]);
    deadLetters.release();
    await until(() => committed().length === 1);
    const [letter] = deadLetters.records;
    expect(letter).toMatchObject({ topic: DEAD_LETTERS_TOPIC, key: record(1).key, value: record(1).value });
    expect(letter?.headers).toMatchObject({
      origin: 'here',
      'dead-letter-reason': 'undecodable',
      'dead-letter-detail': 'not JSON',
      'dead-letter-topic': TOPIC,
      'dead-letter-partition': '0',
      'dead-letter-offset': '1',
      'dead-letter-attempts': '1',
    });
  });

  it('The loop publishes again only the dead letters that were not acknowledged', async () => {
    handler = async (batch) => batch.map(({ offset }) => (offset < 2 ? deadLetter('undecodable', '') : DONE));
    let refusals = 1;
    deadLetters.reasonAgainst = ({ headers }) =>
      headers['dead-letter-offset'] === '1' && refusals-- > 0 ? 'away' : undefined;
    subscription.feed(record(0), record(1), record(2), record(3));
    await until(() => committed().length === 1);
    expect(deadLetters.records.map(({ headers }) => headers['dead-letter-offset'])).toEqual(['0', '1']);
    expect(pauses).toEqual(['log_unreachable', undefined]);
  });

  it('The loop retries the same batch until it can be handled, and reports once why it is paused', async () => {
    let attempts = 0;
    handler = async (batch) => (++attempts < 4 ? retryLater('store_unreachable') : allDone(batch));
    subscription.feed(record(0), record(1));
    await until(() => committed().length > 0 && loop.state.pauseReason === undefined);
    expect(batches).toHaveLength(4);
    expect(batches[3]).toEqual(batches[0]);
    expect(pauses).toEqual(['store_unreachable', undefined]);
    expect(deadLetters.calls).toEqual([]);
  });

  it('The loop commits a note with the offset while it is paused, and removes it afterwards', async () => {
    let isAway = true;
    handler = async (batch) => (isAway ? retryLater('store_unreachable') : allDone(batch));
    subscription.feed(record(5));
    await until(() => subscription.commits.length === 1);
    const [note] = subscription.commits;
    expect(note?.positions).toEqual([{ topic: TOPIC, partition: 0, offset: 5 }]);
    expect(decodeNote(note!.note, Date.now())).toMatchObject({ state: 'paused', reason: 'store_unreachable' });
    isAway = false;
    await until(() => subscription.commits.at(-1)?.positions[0]?.offset === 6);
    expect(subscription.commits.at(-1)?.note).toBe('');
  });

  it.each<[string, (call: number) => Promise<BatchVerdict>]>([
    ['rejects', () => Promise.reject(new TypeError('broken'))],
    [
      'throws at once',
      () => {
        throw new TypeError('broken');
      },
    ],
    ['returns no real outcome', async (call) => (call === 1 ? [DONE, 'stored'] : ['stored']) as BatchVerdict],
    ['returns null for an outcome', async (call) => (call === 1 ? [DONE, null] : [null]) as unknown as BatchVerdict],
    ['returns a hole in its list', async (call) => new Array<RecordOutcome>(call === 1 ? 2 : 1)],
    [
      'returns a dead letter without a detail',
      async (call) => [...(call === 1 ? [DONE] : []), { status: 'dead-letter', reason: 'limit' }] as BatchVerdict,
    ],
  ])('The loop retries a record, and does not commit past it, when the handler %s', async (_what, broken) => {
    let failing = 0;
    handler = (batch) => (batch.some(({ offset }) => offset === 1) ? broken(++failing) : allDone(batch));
    subscription.feed(record(0), record(1));
    await until(() => (loop.held[0]?.attempts ?? 0) >= 2);
    expect(loop.held[0]).toMatchObject({ record: { offset: 1 }, error: expect.any(TypeError) });
    expect(committed()).toEqual([[{ topic: TOPIC, partition: 0, offset: 1 }]]);
    handler = allDone;
    await until(() => committed().length === 2);
    expect(committed().at(-1)).toEqual([{ topic: TOPIC, partition: 0, offset: 2 }]);
  });

  it.each<[string, () => Promise<BatchVerdict>]>([
    ['too few outcomes', async () => [DONE]],
    ['too many outcomes', async () => [DONE, DONE, DONE]],
    ['nothing', async () => undefined as unknown as BatchVerdict],
  ])('The loop retries the whole batch, and commits nothing, when the handler returns %s', async (_what, broken) => {
    handler = broken;
    subscription.feed(record(0), record(1));
    await until(() => failures.length === 2);
    expect(committed()).toEqual([]);
    expect(loop.state.pauseReason).toBe('handler_failed');
    handler = allDone;
    await until(() => committed().length > 0);
  });

  it('The loop repeats a commit until the event log acknowledges it', async () => {
    subscription.commitError = new EventLogError('unavailable', 'away');
    subscription.feed(record(0));
    await until(() => loop.state.pauseReason === 'log_unreachable');
    subscription.commitError = undefined;
    await until(() => committed().length > 0);
    expect(batches).toHaveLength(1);
  });

  it('The loop stops before a flood of dead letters, and continues once an operator accepts them', async () => {
    handler = async (batch) => batch.map(() => deadLetter('undecodable', ''));
    subscription.feed(record(0), record(1), record(2), record(3));
    await until(() => loop.state.pauseReason === 'poison_flood');
    expect(deadLetters.calls).toEqual([]);
    expect(committed()).toEqual([]);
    loop.acceptDeadLetters();
    await until(() => committed().length > 0);
    expect(deadLetters.records).toHaveLength(4);
  });

  it('The loop also stops before the next flood when good records came in between', async () => {
    const dead: BatchHandler = async (batch) => batch.map(() => deadLetter('undecodable', ''));
    handler = dead;
    subscription.feed(record(0), record(1), record(2), record(3));
    await until(() => loop.state.pauseReason === 'poison_flood');
    loop.acceptDeadLetters();
    await until(() => JSON.stringify(committed()).includes('"offset":4'));
    handler = allDone;
    subscription.feed(record(4));
    await until(() => JSON.stringify(committed()).includes('"offset":5'));
    handler = dead;
    subscription.feed(record(5), record(6), record(7), record(8));
    await until(() => loop.state.pauseReason === 'poison_flood');
    expect(deadLetters.records).toHaveLength(4);
  });

  it('Dead letters that are few among the good records of other batches are not a flood', async () => {
    const offsets = Array.from({ length: 40 }, (_, offset) => offset);
    handler = async (batch) => batch.map(({ offset }) => (offset % 8 === 0 ? deadLetter('undecodable', '') : DONE));
    for (const offset of offsets) {
      subscription.feed(record(offset));
      await until(() => committed().length > offset);
    }
    expect(deadLetters.records).toHaveLength(5);
  });

  it('Dead letters that one client can cause are not a sign of a bad deployment', async () => {
    handler = async (batch) => batch.map(() => deadLetter('key-conflict', '', { isPoison: false }));
    subscription.feed(record(0), record(1), record(2), record(3));
    await until(() => committed().length > 0);
    expect(deadLetters.records).toHaveLength(4);
  });

  it('The loop drops records that are revoked while it is paused', async () => {
    let isAway = true;
    handler = async (batch) => (isAway ? retryLater('store_unreachable') : allDone(batch));
    subscription.feed(record(0), record(0, 1));
    await until(() => batches.length > 1);
    subscription.revoke({ topic: TOPIC, partition: 1 });
    isAway = false;
    await until(() => committed().some((positions) => JSON.stringify(positions).includes('"offset":1')));
    expect(batches.at(-1)).toEqual([record(0)]);
    expect(committed().flat()).not.toContainEqual({ topic: TOPIC, partition: 1, offset: 1 });
  });

  it('At a stop, the loop finishes and commits the batch in hand and polls no more', async () => {
    const { promise, resolve } = Promise.withResolvers<BatchVerdict>();
    handler = () => promise;
    subscription.feed(record(0));
    await until(() => batches.length === 1);
    subscription.feed(record(1));
    const stopped = loop.stop();
    resolve([DONE]);
    await stopped;
    expect(committed()).toEqual([[{ topic: TOPIC, partition: 0, offset: 1 }]]);
    expect(batches).toHaveLength(1);
    expect(subscription.isClosed).toBe(true);
    expect(loop.state.status).toBe('stopped');
  });

  it('At a stop, the loop drops records that cannot be handled in time, without committing them', async () => {
    handler = async () => retryLater('store_unreachable');
    subscription.feed(record(0));
    await until(() => batches.length > 0);
    await loop.stop();
    expect(committed()).toEqual([]);
    expect(subscription.isClosed).toBe(true);
  });

  it('At a stop, the loop does not wait for a handler that hangs, and commits nothing of its batch', async () => {
    handler = () => new Promise(() => undefined);
    subscription.feed(record(0));
    await until(() => batches.length === 1);
    await loop.stop();
    expect(committed()).toEqual([]);
    expect(subscription.isClosed).toBe(true);
  });

  it('The loop reports a subscription that has ended for good', async () => {
    subscription.pullError = new EventLogError('fatal', 'gone');
    subscription.feed(record(0));
    await until(() => fatal !== undefined);
    expect(fatal?.message).toBe('gone');
    expect(loop.state.status).toBe('stopped');
  });

  it('The loop shows that it is alive while it is idle', async () => {
    const before = loop.state.lastTurnMs;
    await until(() => loop.state.lastTurnMs > before);
    expect(loop.state.status).toBe('idle');
  });

  it.each([
    ['Many records that came while a batch was in hand do not wait for the whole age after it', 8, [4, 1, 1]],
    ['A few records that came while a batch was in hand wait for the whole age after it', 9, [4, 2]],
  ])('%s', async (_, maxRecords, expected) => {
    const { promise, resolve } = Promise.withResolvers<BatchVerdict>();
    const clock = { nowMs: 0 };
    const sizes: number[] = [];
    const [own, limits] = [new FakeSubscription(), { maxRecords, maxBytes: 1_000_000, maxAgeMs: 60_000 }];
    const patient = new BatchLoop({
      ...{ subscription: own, deadLetters, limits, backoff: { minMs: 1, maxMs: 1 }, drainTimeoutMs: 50 },
      handlerOf: () => (batch) => (sizes.push(batch.length) === 1 ? promise : allDone(batch)),
      onFatal: (error) => (fatal = error),
      now: () => clock.nowMs,
    });
    patient.start();
    own.feed(record(0), record(1), record(2));
    await until(() => own.pendingPulls === 1);
    clock.nowMs = 60_000;
    own.feed(record(3));
    await until(() => sizes.length === 1);
    clock.nowMs = 120_000;
    own.feed(record(4));
    resolve([DONE, DONE, DONE, DONE]);
    await until(() => own.pendingPulls === 1);
    clock.nowMs = 180_000;
    own.feed(record(5));
    await until(() => own.commits.length >= expected.length);
    expect(sizes).toEqual(expected);
    await patient.stop();
  });
});
