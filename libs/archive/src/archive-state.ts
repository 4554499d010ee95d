import type { ArchiveError } from './archive-error.js';

/** Why nothing can be archived now: the code of an {@link ArchiveError}, or `log_unreachable`. */
export type PauseReason = ArchiveError['code'] | 'log_unreachable';

/** Called with what the loop does; for logs and metrics. Must not throw. */
export interface ArchiveObserver {
  /** Called when the loop is paused (or for another reason than before), and when it no longer is. */
  pauseChanged?(reason: PauseReason | undefined, message: string): void;
  /** An attempt has failed and is made again after a delay. */
  failed?(reason: PauseReason): void;
  objectStored?(object: { key: string; rows: number; bytes: number; seconds: number }): void;
  committed?(records: number): void;
  /** A log record that is not an event: it is not archived. */
  unreadable?(place: { partition: number; offset: number }, detail: string): void;
  /** Open objects were given up before they were stored: their records are read again, by this member or another. */
  dropped?(partition: number, records: number): void;
}

/** The state of the loop and the only place that sets it. */
export class ArchiveState {
  #lastTurnMs: number;
  #isStopped = false;
  #pauseReason: PauseReason | undefined;
  #message = '';

  constructor(
    private readonly now: () => number,
    private readonly observer: ArchiveObserver,
  ) {
    this.#lastTurnMs = now();
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  get pauseReason(): PauseReason | undefined {
    return this.#pauseReason;
  }

  /** The one sentence for people about the pause; empty if there is none. */
  get message(): string {
    return this.#message;
  }

  /** When the loop last showed that it is alive, in milliseconds since 1970. */
  get lastTurnMs(): number {
    return this.#lastTurnMs;
  }

  turning(): void {
    this.#lastTurnMs = this.now();
  }

  working(): void {
    this.set(undefined, '');
  }

  paused(reason: PauseReason, message: string): void {
    this.observer.failed?.(reason);
    this.set(reason, message);
  }

  stopped(): void {
    this.#isStopped = true;
    this.set(undefined, '');
  }

  private set(reason: PauseReason | undefined, message: string): void {
    this.turning();
    const isNews = this.#pauseReason !== reason;
    this.#pauseReason = reason;
    this.#message = message;
    if (isNews) this.observer.pauseChanged?.(reason, message);
  }
}
