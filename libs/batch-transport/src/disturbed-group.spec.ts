import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { FakePublisher, FakeSubscription } from '@sluice/event-log/testing';
import type { LogRecord } from '@sluice/event-log';
import { until } from '@sluice/test-kit';
import { BatchLoop } from './batch-loop.js';
import { DONE } from './outcome.js';

let subscription: FakeSubscription;
let handled: number[];
let onHandled: () => void;
let loop: BatchLoop;

beforeEach(() => {
  subscription = new FakeSubscription();
  handled = [];
  onHandled = () => undefined;
  loop = new BatchLoop({
    subscription,
    handlerOf: () => async (batch) => {
      handled.push(...batch.map(({ offset }) => offset));
      onHandled();
      return batch.map(() => DONE);
    },
    deadLetters: new FakePublisher(),
    limits: { maxRecords: 10, maxBytes: 1_000_000, maxAgeMs: 0 },
    backoff: { minMs: 1, maxMs: 5 },
    drainTimeoutMs: 50,
    onFatal: (error) => {
      throw error;
    },
  });
  loop.start();
});
afterEach(() => loop.stop());

const movedTo = () => subscription.commits.filter(({ note }) => note === '').at(-1)?.positions[0]?.offset;

it('The loop handles and commits nothing while another client is in the group, and continues after it left', async () => {
  subscription.disturbed = { reason: 'foreign_group_member', detail: 'a client of another kind' };
  await until(() => loop.state.pauseReason === 'foreign_group_member');
  subscription.feed(recordAt(0));
  expect(handled).toEqual([]);
  subscription.disturbed = undefined;
  await until(() => movedTo() === 1);
  expect([handled, loop.state.pauseReason]).toEqual([[0], undefined]);
});

it('The loop does not commit the batch in hand when another client has joined meanwhile', async () => {
  onHandled = () => (subscription.disturbed = { reason: 'foreign_group_member', detail: 'a client of another kind' });
  subscription.feed(recordAt(0));
  await until(() => loop.state.pauseReason === 'foreign_group_member');
  expect(movedTo()).toBeUndefined();
  subscription.disturbed = undefined;
  await until(() => movedTo() === 1);
});

it('The loop accepts the committed offsets of another client when an operator asks for it', async () => {
  subscription.disturbed = { reason: 'foreign_commit', detail: 'another client has committed' };
  await until(() => loop.state.pauseReason === 'foreign_commit');
  subscription.feed(recordAt(0));
  loop.acceptDeadLetters();
  await until(() => movedTo() === 1);
});

function recordAt(offset: number): LogRecord {
  const value = Buffer.from(String(offset));
  return { topic: 'events', partition: 0, offset, key: null, value, headers: {}, timestampMs: 0 };
}
