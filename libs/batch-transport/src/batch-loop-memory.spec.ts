import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, jest } from '@jest/globals';
import type { EventSubscription, LogRecord } from '@sluice/event-log';
import { FakePublisher } from '@sluice/event-log/testing';
import { BatchLoop } from './batch-loop.js';
import { DONE } from './outcome.js';

const TOPIC = 'events';
/** Allows for a machine that is busy with other work. */
jest.setTimeout(60_000);
/** A loop that kept something of every step kept about 300 bytes of it; a batch takes at least two steps. */
const MAX_KEPT_BYTES = 100;
const WARM_UP_BATCHES = 2_000;
const BATCHES = 5_000;

/** An endless log of one record a batch, which keeps nothing. */
class EndlessLog implements EventSubscription {
  #offset = 0;
  #waiting: { offset: number; resolve: () => void }[] = [];

  /** Resolves when this number of further records is committed. */
  whenCommitted(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ offset: this.#offset + count, resolve }));
  }

  async pull(): Promise<LogRecord[]> {
    // One round of the event loop for each batch, as when a log is read over a network: callers get their turn.
    await new Promise(setImmediate);
    const [key, value] = [Buffer.from('key'), Buffer.from('value')];
    return [{ topic: TOPIC, partition: 0, offset: this.#offset++, key, value, headers: {}, timestampMs: 0 }];
  }

  async commit(): Promise<void> {
    const isReached = ({ offset }: { offset: number }): boolean => offset <= this.#offset;
    for (const { resolve } of this.#waiting.filter(isReached)) resolve();
    this.#waiting = this.#waiting.filter((waiting) => !isReached(waiting));
  }

  async commitIfOwned(): Promise<boolean> {
    await this.commit();
    return true;
  }

  assignment(): [] {
    return [];
  }

  onRevoked(): void {}

  pause(): void {}

  resume(): void {}

  async close(): Promise<void> {}
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

it('The loop keeps nothing of a finished batch, however many there were', async () => {
  const log = new EndlessLog();
  const loop = new BatchLoop({
    subscription: log,
    handlerOf: () => async (batch) => batch.map(() => DONE),
    deadLetters: new FakePublisher(),
    limits: { maxRecords: 1, maxBytes: 1_000_000, maxAgeMs: 0 },
    backoff: { minMs: 1, maxMs: 1 },
    drainTimeoutMs: 50,
    onFatal: (error) => expect(error).toBeUndefined(),
  });
  loop.start();
  await log.whenCommitted(WARM_UP_BATCHES);
  const before = heapBytes();
  await log.whenCommitted(BATCHES);
  const kept = (heapBytes() - before) / BATCHES;
  await loop.stop();
  expect(kept).toBeLessThan(MAX_KEPT_BYTES);
});
