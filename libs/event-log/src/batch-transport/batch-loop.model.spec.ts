import { setTimeout as nextRound } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventLogError, type LogRecord } from '../event-log.js';
import { BatchLoop } from './batch-loop.js';
import { deadLetter, DONE, retryLater, type BatchVerdict } from './outcome.js';
import { PoisonGuard } from './poison-guard.js';
import { ModelLog } from './testing/model-log.js';

/** What may go wrong, or right, at one step. A run is a list of them; when it is used up, everything goes well. */
type Step =
  'done' | 'some dead' | 'retry later' | 'throw' | 'too few' | 'revoke during' | 'revoke and return during' | 'stop';

const STEPS: Step[] = [
  'done',
  'some dead',
  'retry later',
  'throw',
  'too few',
  'revoke during',
  'revoke and return during',
  'stop',
];

const runs = fc.record({
  partitions: fc.integer({ min: 1, max: 3 }),
  records: fc.integer({ min: 1, max: 30 }),
  maxRecords: fc.integer({ min: 1, max: 7 }),
  steps: fc.array(fc.constantFrom(...STEPS), { maxLength: 12 }),
  commitFailures: fc.array(fc.boolean(), { maxLength: 12 }),
  deadLetterFailures: fc.array(fc.boolean(), { maxLength: 12 }),
});

type Run = typeof runs extends fc.Arbitrary<infer T> ? T : never;

class ModelRun {
  readonly log: ModelLog;
  /** Names of the records that are durable: stored, or confirmed on the dead-letter topic. */
  readonly durable = new Set<string>();
  #steps: Step[];
  #loop: BatchLoop | undefined;
  #stopped: Promise<void> | undefined;

  constructor(private readonly run: Run) {
    this.log = new ModelLog(run.partitions, run.records, [...run.commitFailures]);
    this.#steps = [...run.steps];
  }

  /** Runs loop after loop, as processes are started again after a stop, until the log is drained. */
  async drain(): Promise<void> {
    for (let start = 0; start < 100 && !this.log.isDrained; start++) {
      this.#stopped = undefined;
      this.#loop = this.newLoop();
      this.#loop.start();
      await this.untilDrainedOrStopped();
      await this.#loop.stop();
    }
  }

  private async untilDrainedOrStopped(): Promise<void> {
    for (let round = 0; round < 5000; round++) {
      if (this.log.isDrained || this.#stopped !== undefined) return;
      await nextRound(0);
    }
    throw new Error('the log was never drained');
  }

  private newLoop(): BatchLoop {
    const deadLetterFailures = [...this.run.deadLetterFailures];
    return new BatchLoop({
      subscription: this.log.subscribe(),
      handlerOf: () => (batch) => this.handle(batch),
      deadLetters: {
        load: { openEntries: 0, settledEntries: 0, oldestAgeMs: 0 },
        publish: async (_topic, entries) =>
          entries.map(({ headers }) => {
            if (deadLetterFailures.shift()) return { written: false, reason: 'away' };
            this.durable.add(`${headers['dead-letter-partition']}/${headers['dead-letter-offset']}`);
            return { written: true, partition: 0, offset: 0 };
          }),
      },
      limits: { maxRecords: this.run.maxRecords, maxBytes: 1e9, maxAgeMs: 0 },
      backoff: { minMs: 0, maxMs: 0 },
      drainTimeoutMs: 5,
      onFatal: (error) => {
        throw error;
      },
      guard: new PoisonGuard({ windowMs: 1, minDeadLetters: Infinity, maxRatio: 1 }),
    });
  }

  private async handle(batch: readonly LogRecord[]): Promise<BatchVerdict> {
    const step = this.#steps.shift() ?? 'done';
    if (step === 'throw') throw new Error('broken');
    if (step === 'retry later') return retryLater('store_unreachable');
    if (step === 'too few') return [];
    if (step === 'stop') this.#stopped = this.#loop!.stop();
    await nextRound(0);
    if (step.startsWith('revoke')) this.log.revoke(batch[0]!.partition, { returns: step.endsWith('return during') });
    return batch.map((record, index) => {
      if (step === 'some dead' && index % 2 === 0) return deadLetter('undecodable', '');
      this.durable.add(`${record.partition}/${record.offset}`);
      return DONE;
    });
  }
}

describe('BatchLoop, over random interleavings of failures, revocations, pauses and stops', () => {
  it('never commits past a record that is not durable, and skips none', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async (run) => {
        const model = new ModelRun(run);
        model.log.onCommit = ({ partition, offset }) => {
          for (let below = 0; below < offset; below++) {
            const name = `${partition}/${below}`;
            if (!model.durable.has(name)) throw new Error(`committed past ${name}, which is not durable`);
          }
        };
        await model.drain();
        expect(model.log.violation).toBeUndefined();
        expect(model.durable.size).toBe(run.partitions * run.records);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it('would be caught: a commit past a record that is not durable is a violation', async () => {
    const log = new ModelLog(1, 3, []);
    log.onCommit = () => {
      throw new EventLogError('fatal', 'not durable');
    };
    await log.subscribe().pull({ maxRecords: 3, maxWaitMs: 0 });
    await log.current!.commit([{ topic: 'events', partition: 0, offset: 3 }]);
    expect(log.violation?.message).toBe('not durable');
  });
});
