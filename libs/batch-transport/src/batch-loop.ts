import {
  Batcher,
  type BatchLimits,
  type FlushReason,
  EventLogError,
  type EventPublisher,
  type EventSubscription,
  type LogRecord,
  type TopicPartition,
} from '@sluice/event-log';
import type { BackoffLimits } from '@sluice/async';
import { BatchParts } from './batch-parts.js';
import { DeadLetterOffice } from './dead-letter-office.js';
import { handlerFailed, type FailedRecord } from './failed-record.js';
import { callHandler, outcomesIn, type BatchHandler, type Thrown } from './handler-call.js';
import { HeldBatch, type Culprit } from './held-batch.js';
import { HeldRecords, type HeldRecord } from './held-records.js';
import { LoopState, type BatchObserver } from './loop-state.js';
import { errorIn, isRetryLater, type BatchVerdict, type RecordOutcome } from './outcome.js';
import { Persistence } from './persistence.js';
import { PoisonGuard } from './poison-guard.js';

export interface BatchLoopOptions {
  subscription: EventSubscription;
  handlerOf: (topic: string) => BatchHandler;
  deadLetters: EventPublisher;
  /**
   * Default: `ingest.dead-letters`, the dead-letter topic of the record store: a record on it counts as not stored. Every other
   * consumer has a separate topic.
   */
  deadLetterTopic?: string;
  limits: BatchLimits;
  /** Delays between attempts at a step that may succeed on retry. */
  backoff: BackoffLimits;
  /**
   * A record on which the handler fails this many times is dead-lettered with the reason `handler-failed`: at least 1, or
   * `Infinity`, the default. Counted by this process.
   */
  maxAttempts?: number;
  /** If a stop takes longer, the rest stays uncommitted and is read again. */
  drainTimeoutMs: number;
  /** Called once if the subscription has ended for good. */
  onFatal: (error: Error) => void;
  observer?: BatchObserver;
  now?: () => number;
  guard?: PoisonGuard;
}

/** A pull without records ends after this time, so that the loop shows that it is alive. */
const IDLE_PULL_MS = 1_000;
/** The share of a full batch that is handled without waiting for more: with fewer, each record would cost more. */
const WORTHWHILE = 1 / 8;

/**
 * Owns the subscription; no other code acts on it:
 *
 *     collect a batch -> call the handler until all records have outcomes -> dead-letter until acknowledged -> commit
 *
 * The loop does not poll while a batch is in hand, which gives back-pressure. It commits an offset only after durable outcomes.
 * Records that are revoked meanwhile are dropped: they belong to another member.
 *
 * If the handler throws, the batch is split until the failing record is found. That record is held: its partition is paused, and
 * the record is retried between the batches of the other partitions until it has an outcome. The records after it in its
 * partition are dropped and read again later, so a held partition costs the memory of one record.
 */
export class BatchLoop {
  readonly state: LoopState;
  readonly #batcher: Batcher<LogRecord>;
  readonly #steps: Persistence;
  readonly #office: DeadLetterOffice;
  readonly #failing: HeldRecords;
  readonly #observer: BatchObserver;
  readonly #now: () => number;
  #batch: HeldBatch | undefined;
  #takenAtMs = Infinity;
  #running: Promise<void> | undefined;

  constructor(private readonly options: BatchLoopOptions) {
    const { subscription, deadLetters, deadLetterTopic, guard = new PoisonGuard() } = options;
    this.#now = options.now ?? Date.now;
    this.#observer = options.observer ?? {};
    this.#batcher = new Batcher(options.limits);
    this.state = new LoopState(subscription, this.#now, this.#observer);
    this.#steps = new Persistence(options.backoff, this.state, this.#observer);
    this.#office = new DeadLetterOffice(deadLetters, guard, this.#now, deadLetterTopic);
    this.#failing = new HeldRecords(options.backoff, options.maxAttempts ?? Infinity);
    subscription.onRevoked((partitions) => this.revoked(partitions));
  }

  /** The records on which the handler fails, one for each held partition. */
  get held(): readonly FailedRecord[] {
    return this.#failing.all;
  }

  /** Idempotent. */
  start(): void {
    this.#running ??= this.run();
  }

  /**
   * Polls no more, finishes and commits the batch in hand, and leaves the group. Idempotent; settles within the drain timeout.
   */
  async stop(): Promise<void> {
    this.#steps.stop();
    const timer = setTimeout(() => this.#steps.giveUp(), this.options.drainTimeoutMs);
    await this.#running;
    clearTimeout(timer);
    await this.options.subscription.close();
  }

  /** Accepts a flood of dead letters that has stopped the loop, and accepts the offsets that another client has committed. */
  acceptDeadLetters(): void {
    this.options.subscription.acceptPositions?.();
    this.#office.overrule();
    this.#steps.nudge();
  }

  private revoked(partitions: readonly TopicPartition[]): void {
    const isLost = ({ topic, partition }: TopicPartition): boolean =>
      partitions.some((lost) => lost.topic === topic && lost.partition === partition);
    this.#batcher.drop(isLost);
    this.#batch?.drop(isLost);
    for (const held of this.#failing.drop(isLost)) this.#observer.recordReleased?.(held, 'revoked');
    this.#steps.nudge();
  }

  private async run(): Promise<void> {
    try {
      while (!this.#steps.stopping.aborted) await this.turn();
    } catch (error) {
      this.state.stopped();
      this.options.onFatal(error as Error);
    }
    this.state.stopped();
  }

  /** At most one held record and one batch in turn, so that neither delays the other for long. */
  private async turn(): Promise<void> {
    await this.retryHeld();
    const reason = await this.collect();
    const records = reason === undefined ? [] : this.#batcher.nextBatch();
    if (records.length > 0) {
      this.#takenAtMs = this.#now();
      this.#observer.flushed?.(reason!, records.length);
      await this.inHand(new HeldBatch(records), (batch) => this.settle(batch));
    }
    if (this.#failing.size > 0 && !this.#steps.stopping.aborted)
      await this.#steps.unlessGivenUp(this.state.held(this.#failing));
  }

  private async inHand(batch: HeldBatch, settle: (batch: HeldBatch) => Promise<void>): Promise<void> {
    this.#batch = batch;
    this.#steps.reset();
    await settle(batch);
    this.#batch = undefined;
  }

  /** @returns `undefined` if no batch is due, but a held record is */
  private async collect(): Promise<FlushReason | undefined> {
    for (;;) {
      if (this.#steps.stopping.aborted) return 'stopping';
      const reason = this.#batcher.flushReason(this.#now());
      if (reason !== undefined) return reason;
      await this.pull();
      if (this.#failing.dueInMs(this.#now()) === 0) return this.#batcher.flushReason(this.#now());
    }
  }

  private async pull(): Promise<void> {
    const disturbance = this.options.subscription.disturbance?.();
    if (disturbance !== undefined) return this.pauseFor(disturbance.reason);
    if (this.state.pauseReason !== undefined) await this.#steps.unlessGivenUp(this.state.working());
    const isEmpty = this.#batcher.isEmpty;
    if (isEmpty) this.state.idle();
    const nextMs = isEmpty ? IDLE_PULL_MS : this.#batcher.dueInMs(this.#now());
    const records = await this.options.subscription.pull({
      maxRecords: this.options.limits.maxRecords - this.#batcher.records,
      maxWaitMs: Math.max(1, Math.min(nextMs, this.#failing.dueInMs(this.#now()))),
      signal: this.#steps.stopping,
    });
    const nowMs = this.#now();
    // Many at once have come while the batch before was in hand: a slow write does not add its time to their age.
    const areMany = records.length >= WORTHWHILE * this.options.limits.maxRecords;
    const sinceMs = isEmpty && areMany ? Math.min(nowMs, this.#takenAtMs) : nowMs;
    for (const record of records) this.#batcher.add(record, { records: 1, bytes: sizeOf(record) }, sinceMs);
    if (records.length === 0) return;
    this.#observer.pulled?.(records);
    await this.state.working();
  }

  /** Resolves when every record of the batch is durable and committed, held, revoked, or dropped at a stop. */
  private async settle(batch: HeldBatch): Promise<void> {
    for (const topic of batch.topics()) {
      const parts = new BatchParts(batch.recordsOf(topic));
      await this.untilDone(batch, () => this.handle(batch, parts, topic));
      await this.untilDone(batch, () => this.#office.publish(batch, this.#steps.attempts));
    }
    await this.untilDone(batch, () => this.commit(batch));
  }

  private untilDone(batch: HeldBatch, attempt: () => Promise<string | undefined>): Promise<void> {
    return this.#steps.untilDone(() => batch.size > 0, attempt);
  }

  private async handle(batch: HeldBatch, parts: BatchParts, topic: string): Promise<string | undefined> {
    for (let part = parts.next(batch); part !== undefined; part = parts.next(batch)) {
      const verdict = await this.call(topic, part);
      if (this.#steps.hasGivenUp) return 'stopping';
      if (isRetryLater(verdict)) return verdict.retryLater;
      if ('thrown' in verdict && part.length > 1) parts.split(verdict.thrown);
      else this.hold(parts.settled(batch.settle(part, outcomesIn(verdict))));
      this.state.turning();
    }
    const { failure, records } = parts;
    if (failure !== undefined && parts.culprits === 0) this.#observer.batchFailed?.(failure.error, records.length);
    return undefined;
  }

  private call(topic: string, records: readonly LogRecord[]): Promise<BatchVerdict | Thrown> {
    const handler: BatchHandler = (batch) => this.options.handlerOf(topic)(batch);
    return callHandler(handler, records, (error) => this.#observer.handlerFailed?.(error));
  }

  private hold(culprits: readonly Culprit[]): void {
    for (const { record, error } of culprits) {
      const { topic, partition } = record;
      this.options.subscription.pause([{ topic, partition }]);
      this.#batcher.drop((other) => other.topic === topic && other.partition === partition);
      const held = this.#failing.add(record, error, this.#now());
      this.#observer.retrying?.('handler_failed');
      this.#observer.recordHeld?.(held);
    }
  }

  private async retryHeld(): Promise<void> {
    const held = this.#failing.due(this.#now());
    if (held === undefined) return;
    if (held.isExhausted) return this.release(held, handlerFailed(held));
    const verdict = await this.#steps.unlessGivenUp(this.call(held.record.topic, [held.record]));
    if (verdict === 'stopping' || !this.#failing.has(held)) return;
    this.state.turning();
    if (isRetryLater(verdict)) return this.postpone(held, verdict.retryLater);
    const [outcome] = outcomesIn(verdict);
    if (outcome?.status === 'done' || outcome?.status === 'dead-letter') return this.release(held, outcome);
    held.failed(errorIn(outcome), this.#now());
    this.#observer.retrying?.('handler_failed');
  }

  /** A dependency of the handler is unavailable: the record itself has not failed. */
  private postpone(held: HeldRecord, reason: string): void {
    held.retryAfter(this.#now());
    this.#observer.retrying?.(reason);
  }

  /** Makes the outcome durable, commits it and continues reading after it. */
  private async release(held: HeldRecord, outcome: ReleasingOutcome): Promise<void> {
    const { topic, partition, offset } = held.record;
    const batch = new HeldBatch([held.record]);
    batch.settle([held.record], [outcome]);
    await this.inHand(batch, async () => {
      await this.untilDone(batch, () => this.#office.publish(batch, held.attempts));
      await this.untilDone(batch, () => this.commit(batch));
    });
    if (batch.size === 0 || this.#steps.hasGivenUp) return;
    this.#failing.delete(held);
    this.options.subscription.resume([{ topic, partition, offset: offset + 1 }]);
    this.#observer.recordReleased?.(held, outcome.status);
  }

  /** Another client is in the group: handling or committing anything now could lose records. */
  private async pauseFor(reason: string): Promise<void> {
    await this.#steps.unlessGivenUp(this.state.paused(reason));
    await this.#steps.wait(IDLE_PULL_MS);
  }

  private async commit(batch: HeldBatch): Promise<string | undefined> {
    const disturbance = this.options.subscription.disturbance?.();
    if (disturbance !== undefined) return disturbance.reason;
    try {
      await this.options.subscription.commit(batch.positions());
      this.#observer.committed?.(batch.size, batch.deadLetters);
      return undefined;
    } catch (error) {
      if (error instanceof EventLogError && error.code === 'unavailable') return 'log_unreachable';
      throw error;
    }
  }
}

type ReleasingOutcome = Extract<RecordOutcome, { status: 'done' | 'dead-letter' }>;

function sizeOf({ key, value }: LogRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}
