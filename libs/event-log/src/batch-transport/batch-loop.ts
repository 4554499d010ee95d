import { setTimeout as delay } from 'node:timers/promises';
import { DEAD_LETTERS_TOPIC } from '#contracts';
import { Batcher, type BatchLimits, type FlushReason } from '../batcher.js';
import { EventLogError, type EventPublisher, type EventSubscription, type LogRecord } from '../event-log.js';
import { Backoff, type BackoffLimits } from './backoff.js';
import { deadLetterEntry } from './dead-letter-entry.js';
import { HeldBatch, type DeadRecord } from './held-batch.js';
import { PoisonGuard } from './poison-guard.js';
import { LoopState, type BatchObserver } from './loop-state.js';
import { asVerdict, type BatchVerdict } from './outcome.js';

export type BatchHandler = (batch: readonly LogRecord[]) => Promise<BatchVerdict>;

export interface BatchLoopOptions {
  subscription: EventSubscription;
  handlerOf: (topic: string) => BatchHandler;
  deadLetters: EventPublisher;
  /**
   * Default: `ingest.dead-letters`, which is the store's: a record there counts as one that is not stored. Every other consumer
   * has a topic of its own.
   */
  deadLetterTopic?: string;
  limits: BatchLimits;
  /** Delays between attempts of what may pass on retry. */
  backoff: BackoffLimits;
  /** A stop that takes longer leaves the rest uncommitted: it is read again. */
  drainTimeoutMs: number;
  /** Called once if the subscription has ended for good. */
  onFatal: (error: Error) => void;
  observer?: BatchObserver;
  now?: () => number;
  guard?: PoisonGuard;
}

/** A pull without records ends after this time, so that the loop shows that it is alive. */
const IDLE_PULL_MS = 1_000;

/**
 * Owns the subscription and is the only one to act on it:
 *
 *     collect a batch -> let the handler handle it, until it has outcomes -> dead-letter, until confirmed -> commit
 *
 * Nothing is pulled while a batch is in hand: that is the backpressure. A position is committed only behind durable outcomes.
 * What was revoked meanwhile is forgotten: it belongs to another member.
 */
export class BatchLoop {
  readonly #batcher: Batcher<LogRecord>;
  readonly #backoff: Backoff;
  readonly #guard: PoisonGuard;
  readonly #now: () => number;
  readonly #stopping = new AbortController();
  readonly #giveUp = new AbortController();
  #nudge = new AbortController();
  readonly state: LoopState;
  #held: HeldBatch | undefined;
  #running: Promise<void> | undefined;

  constructor(private readonly options: BatchLoopOptions) {
    this.#now = options.now ?? Date.now;
    this.#batcher = new Batcher(options.limits);
    this.#backoff = new Backoff(options.backoff);
    this.#guard = options.guard ?? new PoisonGuard();
    this.state = new LoopState(options.subscription, this.#now, options.observer ?? {});
    options.subscription.onRevoked((partitions) => {
      const isLost = ({ topic, partition }: LogRecord): boolean =>
        partitions.some((lost) => lost.topic === topic && lost.partition === partition);
      this.#batcher.drop(isLost);
      this.#held?.drop(isLost);
      this.#nudge.abort();
    });
  }

  /** Idempotent. */
  start(): void {
    this.#running ??= this.run();
  }

  /** Reads no more, finishes and commits what is in hand, leaves the group. Idempotent; settles within the drain time out. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const timer = setTimeout(() => this.#giveUp.abort(), this.options.drainTimeoutMs);
    await this.#running;
    clearTimeout(timer);
    await this.options.subscription.close();
  }

  /** Lets a flood of dead letters through that has stopped the loop, and takes committed offsets of others as they are. */
  acceptDeadLetters(): void {
    this.options.subscription.acceptPositions?.();
    this.#guard.overrule();
    this.#nudge.abort();
  }

  private async run(): Promise<void> {
    try {
      while (!this.#stopping.signal.aborted) await this.turn();
    } catch (error) {
      this.state.stopped();
      this.options.onFatal(error as Error);
    }
    this.state.stopped();
  }

  private async turn(): Promise<void> {
    const reason = await this.collect();
    const records = this.#batcher.take();
    if (records.length === 0) return;
    this.options.observer?.flushed?.(reason, records.length);
    this.#held = new HeldBatch(records);
    await this.settle(this.#held);
    this.#held = undefined;
  }

  private async collect(): Promise<FlushReason> {
    for (;;) {
      if (this.#stopping.signal.aborted) return 'stopping';
      const reason = this.#batcher.flushReason(this.#now());
      if (reason !== undefined) return reason;
      await this.pull();
    }
  }

  private async pull(): Promise<void> {
    const disturbance = this.options.subscription.disturbance?.();
    if (disturbance !== undefined) return this.pauseFor(disturbance.reason);
    if (this.state.pauseReason !== undefined) await this.unlessGivenUp(this.state.working());
    const isEmpty = this.#batcher.isEmpty;
    if (isEmpty) this.state.idle();
    const records = await this.options.subscription.pull({
      maxRecords: this.options.limits.maxRecords - this.#batcher.records,
      maxWaitMs: isEmpty ? IDLE_PULL_MS : Math.max(1, this.#batcher.dueInMs(this.#now())),
      signal: this.#stopping.signal,
    });
    const nowMs = this.#now();
    for (const record of records) this.#batcher.add(record, { records: 1, bytes: sizeOf(record) }, nowMs);
    if (records.length === 0) return;
    this.options.observer?.pulled?.(records);
    await this.state.working();
  }

  /** Ends when everything of the batch is durable and committed, revoked, or given up at a stop. */
  private async settle(held: HeldBatch): Promise<void> {
    this.#backoff.reset();
    for (const topic of held.topics()) {
      await this.untilDone(held, () => this.handle(held, topic));
      await this.untilDone(held, () => this.publishDeadLetters(held));
    }
    await this.untilDone(held, () => this.commit(held));
  }

  /** @param attempt resolves with `undefined` when done, or with the reason why it is to be tried again */
  private async untilDone(held: HeldBatch, attempt: () => Promise<string | undefined>): Promise<void> {
    while (held.size > 0 && !this.#giveUp.signal.aborted) {
      const reason = await this.unlessGivenUp(attempt());
      if (reason === undefined) {
        await this.unlessGivenUp(this.state.working());
        return;
      }
      this.options.observer?.retrying?.(reason);
      await this.unlessGivenUp(this.state.paused(reason));
      await this.wait(this.#backoff.next());
    }
  }

  /**
   * A stop does not wait for a store or a log that hangs: what is under way then is not committed, and is read again.
   * Each step has a promise of its own to race against: one for the whole life of the loop would keep something of every step.
   */
  private async unlessGivenUp<T>(step: Promise<T>): Promise<T | string> {
    const { signal } = this.#giveUp;
    const { promise, resolve } = Promise.withResolvers<string>();
    const giveUp = (): void => resolve('stopping');
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    try {
      return await Promise.race([step, promise]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  private async handle(held: HeldBatch, topic: string): Promise<string | undefined> {
    const records = held.recordsOf(topic);
    if (records.length === 0) return undefined;
    let verdict: BatchVerdict;
    try {
      verdict = asVerdict(await this.options.handlerOf(topic)(records), records.length);
    } catch (error) {
      this.options.observer?.handlerFailed?.(error);
      return 'handler_failed';
    }
    if ('retryLater' in verdict) return verdict.retryLater;
    held.settle(records, verdict);
    return undefined;
  }

  private async publishDeadLetters(held: HeldBatch): Promise<string | undefined> {
    const dead = held.unconfirmedDeadLetters();
    const poison = dead.filter(({ outcome }) => outcome.isPoison).length;
    if (this.#guard.isFlood(held.size, poison, this.#now())) return 'poison_flood';
    if (dead.length > 0 && !(await this.areConfirmed(held, dead))) return 'log_unreachable';
    this.#guard.count(held.size, poison, this.#now());
    return undefined;
  }

  private async areConfirmed(held: HeldBatch, dead: readonly DeadRecord[]): Promise<boolean> {
    const attempts = this.#backoff.attempts + 1;
    const entries = dead.map(({ record, outcome }) => deadLetterEntry(record, outcome, attempts, this.#now()));
    const { deadLetters, deadLetterTopic = DEAD_LETTERS_TOPIC } = this.options;
    const outcomes = await deadLetters.publish(deadLetterTopic, entries);
    held.confirm(dead.filter((_, index) => outcomes[index]?.written === true));
    return outcomes.every(({ written }) => written);
  }

  /** Another client is in the group: to handle or to commit anything now could lose records. */
  private async pauseFor(reason: string): Promise<void> {
    await this.unlessGivenUp(this.state.paused(reason));
    await this.wait(IDLE_PULL_MS);
  }

  private async commit(held: HeldBatch): Promise<string | undefined> {
    const disturbance = this.options.subscription.disturbance?.();
    if (disturbance !== undefined) return disturbance.reason;
    try {
      await this.options.subscription.commit(held.positions());
      this.options.observer?.committed?.(held.size, held.deadLetters);
      return undefined;
    } catch (error) {
      if (error instanceof EventLogError && error.code === 'unavailable') return 'log_unreachable';
      throw error;
    }
  }

  /** Ends early at a stop, at a revocation, and when a person has let a flood through: then the next step is made at once. */
  private async wait(delayMs: number): Promise<void> {
    this.#nudge = new AbortController();
    const ending = this.#stopping.signal.aborted ? this.#giveUp.signal : this.#stopping.signal;
    await delay(delayMs, undefined, { signal: AbortSignal.any([ending, this.#nudge.signal]) }).catch(() => undefined);
  }
}

function sizeOf({ key, value }: LogRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}
