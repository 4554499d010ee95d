import { setTimeout as nextRound } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_NAMES, EventLogError, type LogRecord } from '@sluice/event-log';
import { BatchLoop } from './batch-loop.js';
import { deadLetter, DONE, failed, retryLater, UNHANDLED, type BatchVerdict, type RecordOutcome } from './outcome.js';
import { PoisonGuard } from './poison-guard.js';
import { ModelLog } from './testing/model-log.js';

/** What goes wrong, or right, at one step. A run is a list of steps; after the last one, everything goes well. */
type Step = 'done' | 'some dead' | 'retry later' | 'too few' | 'revoke during' | 'revoke and return during' | 'stop';

const STEPS: Step[] = [
  'done',
  'some dead',
  'retry later',
  'too few',
  'revoke during',
  'revoke and return during',
  'stop',
];

/** How the handler of a run reports the records on which it fails: by an error for the whole batch, or one by one. */
const FAILINGS = ['throws', 'says which'] as const;
const MAX_ATTEMPTS = 3;

const runs = fc.record({
  partitions: fc.integer({ min: 1, max: 3 }),
  records: fc.integer({ min: 1, max: 30 }),
  maxRecords: fc.integer({ min: 1, max: 7 }),
  steps: fc.array(fc.constantFrom(...STEPS), { maxLength: 12 }),
  failing: fc.constantFrom(...FAILINGS),
  /** How many attempts fail on a record, by `partition/offset`. */
  badRecords: fc.dictionary(
    fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 29 })).map((place) => place.join('/')),
    fc.integer({ min: 1, max: MAX_ATTEMPTS + 1 }),
    { maxKeys: 8 },
  ),
  commitFailures: fc.array(fc.boolean(), { maxLength: 12 }),
  deadLetterFailures: fc.array(fc.boolean(), { maxLength: 12 }),
});

type Run = typeof runs extends fc.Arbitrary<infer T> ? T : never;

const placeOf = ({ partition, offset }: LogRecord): string => `${partition}/${offset}`;

class ModelRun {
  readonly log: ModelLog;
  /** The outcomes of the records, stored or acknowledged by the dead-letter topic, in the order in which they came. */
  readonly outcomes: string[] = [];
  /** The records that have an outcome, by `partition/offset`. */
  readonly durable = new Set<string>();
  #steps: Step[];
  readonly #attemptsLeft: Map<string, number>;
  #loop: BatchLoop | undefined;
  #stopped: Promise<void> | undefined;

  constructor(
    private readonly run: Run,
    private readonly maxAttempts = MAX_ATTEMPTS,
  ) {
    this.log = new ModelLog(run.partitions, run.records, [...run.commitFailures]);
    this.#steps = [...run.steps];
    this.#attemptsLeft = new Map(Object.entries(run.badRecords));
    this.log.onCommit = ({ partition, offset }) => {
      for (let below = 0; below < offset; below++) {
        const place = `${partition}/${below}`;
        if (!this.durable.has(place)) throw new Error(`committed past ${place}, which is not durable`);
      }
    };
  }

  /** Runs one loop after another, as processes are restarted after a stop, until the log is drained. */
  async drain(isDrained = (): boolean => this.log.isDrained): Promise<void> {
    for (let start = 0; start < 100 && !isDrained(); start++) {
      this.#stopped = undefined;
      this.#loop = this.newLoop();
      this.#loop.start();
      await this.untilStoppedOr(isDrained);
      await this.#loop.stop();
    }
  }

  private async untilStoppedOr(isDrained: () => boolean): Promise<void> {
    for (let round = 0; round < 5000; round++) {
      if (isDrained() || this.#stopped !== undefined) return;
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
        names: DEFAULT_NAMES,
        load: { openEntries: 0, settledEntries: 0, oldestAgeMs: 0 },
        publish: async (_topic, entries) =>
          entries.map(({ headers }) => {
            if (deadLetterFailures.shift()) return { written: false, reason: 'away' };
            this.settle(`${headers['dead-letter-partition']}/${headers['dead-letter-offset']}`);
            return { written: true, partition: 0, offset: 0 };
          }),
      },
      limits: { maxRecords: this.run.maxRecords, maxBytes: 1e9, maxAgeMs: 0 },
      backoff: { minMs: 0, maxMs: 0 },
      maxAttempts: this.maxAttempts,
      drainTimeoutMs: 5,
      onFatal: (error) => {
        throw error;
      },
      guard: new PoisonGuard({ windowMs: 1, minDeadLetters: Infinity, maxRatio: 1, maxFailuresInARow: Infinity }),
    });
  }

  private settle(place: string): void {
    this.outcomes.push(place);
    this.durable.add(place);
  }

  private async handle(batch: readonly LogRecord[]): Promise<BatchVerdict> {
    const step = this.#steps.shift() ?? 'done';
    if (step === 'retry later') return retryLater('store_unreachable');
    if (step === 'too few') return [];
    if (step === 'stop') this.#stopped = this.#loop!.stop();
    await nextRound(0);
    if (step.startsWith('revoke')) this.log.revoke(batch[0]!.partition, { returns: step.endsWith('return during') });
    const isBad = (record: LogRecord): boolean => (this.#attemptsLeft.get(placeOf(record)) ?? 0) > 0;
    if (this.run.failing === 'throws' && batch.some(isBad)) {
      if (batch.length === 1) this.count(batch[0]!);
      throw new Error('broken');
    }
    return this.oneByOne(batch, isBad, step);
  }

  private oneByOne(batch: readonly LogRecord[], isBad: (record: LogRecord) => boolean, step: Step): RecordOutcome[] {
    const held = new Set<number>();
    return batch.map((record, index) => {
      if (held.has(record.partition)) return UNHANDLED;
      if (isBad(record)) {
        held.add(record.partition);
        this.count(record);
        return failed(new Error('broken'));
      }
      if (step === 'some dead' && index % 2 === 0) return deadLetter('undecodable', '');
      this.settle(placeOf(record));
      return DONE;
    });
  }

  private count(record: LogRecord): void {
    this.#attemptsLeft.set(placeOf(record), this.#attemptsLeft.get(placeOf(record))! - 1);
  }
}

const QUIET: Partial<Run> = { commitFailures: [], deadLetterFailures: [] };

describe('BatchLoop under random interleavings of failures, revocations, pauses and stops', () => {
  it('The loop never commits past a record that is not durable, and skips no record', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async (run) => {
        const model = new ModelRun(run);
        await model.drain();
        expect(model.log.violation).toBeUndefined();
        expect(model.durable.size).toBe(run.partitions * run.records);
      }),
      { numRuns: 200 },
    );
  }, 120_000);

  it('Every record gets one outcome, in order within its partition, while nothing is revoked or stopped', async () => {
    const withoutRepeats = runs.map((run) => ({
      ...run,
      ...QUIET,
      steps: run.steps.filter((step) => step === 'retry later' || step === 'too few'),
    }));
    await fc.assert(
      fc.asyncProperty(withoutRepeats, async (run) => {
        const model = new ModelRun(run);
        await model.drain();
        expect(model.log.violation).toBeUndefined();
        for (let partition = 0; partition < run.partitions; partition++) {
          const outcomes = model.outcomes.filter((place) => place.startsWith(`${partition}/`));
          expect(outcomes).toEqual(Array.from({ length: run.records }, (_, offset) => `${partition}/${offset}`));
        }
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it('The loop drains the partitions without a bad record while the handler keeps failing in all others', async () => {
    await fc.assert(
      fc.asyncProperty(runs, fc.nat({ max: 2 }), async (run, free) => {
        const places = Object.keys(run.badRecords).filter((place) => !place.startsWith(`${free}/`));
        const badRecords = Object.fromEntries(places.map((place) => [place, Infinity]));
        const model = new ModelRun({ ...run, badRecords }, Infinity);
        const firstBad = (partition: number): number =>
          Math.min(
            run.records,
            ...places.filter((p) => p.startsWith(`${partition}/`)).map((p) => Number(p.split('/')[1])),
          );
        const isDone = (): boolean => model.log.committed.every((offset, partition) => offset === firstBad(partition));
        await model.drain(isDone);
        expect(model.log.violation).toBeUndefined();
        expect(isDone()).toBe(true);
      }),
      { numRuns: 100 },
    );
  }, 120_000);

  it('The model reports a commit past a record that is not durable', async () => {
    const log = new ModelLog(1, 3, []);
    log.onCommit = () => {
      throw new EventLogError('fatal', 'not durable');
    };
    await log.subscribe().pull({ maxRecords: 3, maxWaitMs: 0 });
    await log.current!.commit([{ topic: 'events', partition: 0, offset: 3 }]);
    expect(log.violation?.message).toBe('not durable');
  });
});
