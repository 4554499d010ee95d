import type { LogRecord, TopicPartition, TopicPosition } from '@sluice/event-log';
import { Backoff, type BackoffLimits } from '@sluice/async';
import type { FailedRecord } from './failed-record.js';
import { NOTE_INTERVAL_MS } from '@sluice/contracts';

/** The first record of a held partition, and when it is retried. */
export class HeldRecord implements FailedRecord {
  attempts = 0;
  error: unknown;
  dueAtMs = 0;
  notedAtMs = -Infinity;

  constructor(
    readonly record: LogRecord,
    private readonly backoff: Backoff,
    private readonly maxAttempts: number,
  ) {}

  /** No more attempts are made. */
  get isExhausted(): boolean {
    return this.attempts >= this.maxAttempts;
  }

  failed(error: unknown, nowMs: number): void {
    this.error = error;
    this.attempts++;
    if (this.isExhausted) this.dueAtMs = nowMs;
    else this.retryAfter(nowMs);
  }

  retryAfter(nowMs: number): void {
    this.dueAtMs = nowMs + this.backoff.next();
  }
}

/**
 * The records on which the handler fails: at most one of each partition, which is all that is kept of a held partition. The
 * attempt count of a record outlives a rebalance, so it continues if the record comes back to this member.
 */
export class HeldRecords {
  readonly #held = new Map<string, HeldRecord>();
  readonly #former = new Map<string, HeldRecord>();

  constructor(
    private readonly limits: BackoffLimits,
    private readonly maxAttempts: number,
  ) {}

  get size(): number {
    return this.#held.size;
  }

  get all(): readonly HeldRecord[] {
    return [...this.#held.values()];
  }

  has(held: HeldRecord): boolean {
    return this.#held.get(placeOf(held.record)) === held;
  }

  add(record: LogRecord, error: unknown, nowMs: number): HeldRecord {
    const place = placeOf(record);
    const former = this.#former.get(place);
    const isSame = former?.record.offset === record.offset;
    const held = isSame ? former : new HeldRecord(record, new Backoff(this.limits), this.maxAttempts);
    this.#former.delete(place);
    this.#held.set(place, held);
    held.failed(error, nowMs);
    return held;
  }

  delete(held: HeldRecord): void {
    this.#held.delete(placeOf(held.record));
  }

  /** @returns the records that are no longer held */
  drop(isLost: (partition: TopicPartition) => boolean): HeldRecord[] {
    const lost = this.all.filter(({ record }) => isLost(record));
    for (const held of lost) {
      this.delete(held);
      this.#former.set(placeOf(held.record), held);
    }
    return lost;
  }

  /** The record that has been due for the longest time, if any is due. */
  due(nowMs: number): HeldRecord | undefined {
    const [next] = this.all.filter(({ dueAtMs }) => dueAtMs <= nowMs).sort((a, b) => a.dueAtMs - b.dueAtMs);
    return next;
  }

  /** Milliseconds until the next record is due; infinite if nothing is held. */
  dueInMs(nowMs: number): number {
    if (this.#held.size === 0) return Infinity;
    return Math.max(0, Math.min(...this.all.map(({ dueAtMs }) => dueAtMs)) - nowMs);
  }

  /** The held ones among these offsets whose note has to be written or renewed now. */
  takeUnnoted(positions: readonly TopicPosition[], nowMs: number): TopicPosition[] {
    return positions.filter((position) => {
      const held = this.#held.get(placeOf(position));
      if (held === undefined || nowMs - held.notedAtMs < NOTE_INTERVAL_MS) return false;
      held.notedAtMs = nowMs;
      return true;
    });
  }
}

function placeOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
