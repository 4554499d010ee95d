import type { FlushReason, EventSubscription, LogRecord, TopicPosition } from '@sluice/event-log';
import type { FailedRecord } from './failed-record.js';
import type { HeldRecords } from './held-records.js';
import { NOTE_INTERVAL_MS, encodeNote } from '@sluice/contracts';

/**
 * `idle`: waits for records. `working`: has a batch. `paused`: has a batch that cannot be handled now, for a stated reason.
 * `stopped`: for good. Every state may follow every other, except that none follows `stopped`.
 */
export type BatchLoopStatus = 'idle' | 'working' | 'paused' | 'stopped';

/** Is notified of what the loop does; for logs, metrics and traces. Must not throw. */
export interface BatchObserver {
  /** Called when the loop is paused (or for another reason than before), and when it no longer is. */
  pauseChanged?(reason: string | undefined): void;
  /** An attempt has failed and is made again after a delay. */
  retrying?(reason: string): void;
  /** Records have arrived; they wait until a batch is due. */
  pulled?(records: readonly LogRecord[]): void;
  flushed?(reason: FlushReason, records: number): void;
  committed?(records: number, deadLetters: number): void;
  /** The handler returned a value that is not a verdict, such as too few outcomes: a defect in the handler, not in a record. */
  handlerFailed?(error: unknown): void;
  /** The handler threw on a batch of this many records, but on no record of it alone. */
  batchFailed?(error: unknown, records: number): void;
  /** The handler fails on this record, whose partition is held from now on. If `attempts` is above 1, it was held before. */
  recordHeld?(failed: FailedRecord): void;
  /** The record has a committed outcome, or belongs to another member now; its partition is no longer held. */
  recordReleased?(failed: FailedRecord, how: 'done' | 'dead-letter' | 'revoked'): void;
}

/** The state of the loop; only this class sets it. While paused, it commits a note with the reason beside the offsets. */
export class LoopState {
  #status: BatchLoopStatus = 'idle';
  #pauseReason: string | undefined;
  #lastTurnMs: number;
  #notedAtMs: number | undefined;

  constructor(
    private readonly subscription: EventSubscription,
    private readonly now: () => number,
    private readonly observer: BatchObserver,
  ) {
    this.#lastTurnMs = now();
  }

  get status(): BatchLoopStatus {
    return this.#status;
  }

  get pauseReason(): string | undefined {
    return this.#pauseReason;
  }

  /** When the loop last showed that it is alive, in milliseconds since 1970. */
  get lastTurnMs(): number {
    return this.#lastTurnMs;
  }

  idle(): void {
    this.set('idle', undefined);
  }

  /** Removes the note of a pause. */
  async working(): Promise<void> {
    this.set('working', undefined);
    if (this.#notedAtMs !== undefined) await this.leaveNote('');
    this.#notedAtMs = undefined;
  }

  /** Writes or renews the note, unless the event log itself is unavailable. */
  async paused(reason: string): Promise<void> {
    this.set('paused', reason);
    const nowMs = this.now();
    if (reason === 'log_unreachable' || nowMs - (this.#notedAtMs ?? 0) < NOTE_INTERVAL_MS) return;
    this.#notedAtMs = nowMs;
    await this.leaveNote(pauseNote(reason, nowMs));
  }

  /** Shows that the loop is alive. */
  turning(): void {
    this.#lastTurnMs = this.now();
  }

  /** Writes or renews the notes of held partitions beside their committed offsets. */
  async held(failing: HeldRecords): Promise<void> {
    const nowMs = this.now();
    const positions = failing.takeUnnoted(this.subscription.assignment(), nowMs);
    if (positions.length > 0) await this.leaveNote(pauseNote('handler_failed', nowMs), positions);
  }

  stopped(): void {
    this.set('stopped', undefined);
  }

  private set(status: BatchLoopStatus, pauseReason: string | undefined): void {
    this.#lastTurnMs = this.now();
    if (this.#status === 'stopped') return;
    this.#status = status;
    if (this.#pauseReason === pauseReason) return;
    this.#pauseReason = pauseReason;
    this.observer.pauseChanged?.(pauseReason);
  }

  /** The offsets do not change. A note only informs people, so a failure to write one is ignored. */
  private async leaveNote(
    note: string,
    positions: readonly TopicPosition[] = this.subscription.assignment(),
  ): Promise<void> {
    await this.subscription.commit(positions, note).catch(() => undefined);
  }
}

function pauseNote(reason: string, nowMs: number): string {
  return encodeNote({ state: 'paused', reason, at: new Date(nowMs).toISOString() });
}
