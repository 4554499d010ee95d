import { Backoff, type BackoffLimits, pause } from '@sluice/async';
import type { BatchObserver, LoopState } from './loop-state.js';

/** Repeats the steps of the loop until they succeed, with growing delays, and ends them at a stop. */
export class Persistence {
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  readonly #giveUp = new AbortController();
  #nudge = new AbortController();

  constructor(
    limits: BackoffLimits,
    private readonly state: LoopState,
    private readonly observer: BatchObserver,
  ) {
    this.#backoff = new Backoff(limits);
  }

  /** Aborted at a stop: no new step begins. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** The stop has taken too long: the batch in hand stays uncommitted. */
  get hasGivenUp(): boolean {
    return this.#giveUp.signal.aborted;
  }

  /** Attempts at the steps since {@link reset}, including the current one. */
  get attempts(): number {
    return this.#backoff.attempts + 1;
  }

  reset(): void {
    this.#backoff.reset();
  }

  stop(): void {
    this.#stopping.abort();
  }

  giveUp(): void {
    this.#giveUp.abort();
  }

  /** Ends a current delay: the next attempt starts at once. */
  nudge(): void {
    this.#nudge.abort();
  }

  /**
   * @param isWanted the step is skipped once this returns false
   * @param attempt resolves with `undefined` when done, or with the reason for another attempt
   */
  async untilDone(isWanted: () => boolean, attempt: () => Promise<string | undefined>): Promise<void> {
    while (isWanted() && !this.hasGivenUp) {
      const reason = await this.unlessGivenUp(attempt());
      if (reason === undefined) {
        await this.unlessGivenUp(this.state.working());
        return;
      }
      this.observer.retrying?.(reason);
      await this.unlessGivenUp(this.state.paused(reason));
      await this.wait(this.#backoff.next());
    }
  }

  /**
   * A stop does not wait for a store or an event log that hangs: the step under way is not committed, and its records are read
   * again. Each step races against a separate promise: one promise for the whole life of the loop would keep something of every
   * step.
   */
  async unlessGivenUp<T>(step: Promise<T>): Promise<T | 'stopping'> {
    const { signal } = this.#giveUp;
    const { promise, resolve } = Promise.withResolvers<'stopping'>();
    const giveUp = (): void => resolve('stopping');
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    try {
      return await Promise.race([step, promise]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Ends early at a stop and at a {@link nudge}. */
  async wait(delayMs: number): Promise<void> {
    this.#nudge = new AbortController();
    const ending = this.#stopping.signal.aborted ? this.#giveUp.signal : this.#stopping.signal;
    await pause(delayMs, AbortSignal.any([ending, this.#nudge.signal]));
  }
}
