import { type Clock, within } from '@sluice/async';

/** Longest wait of a scrape for one reading, so that a scrape stays below a second whatever hangs. */
const MAX_WAIT_MS = 500;
/** A value that is too late for its scrape is used by the next one, if that follows within this time. */
const MAX_AGE_MS = 30_000;

/**
 * Something elsewhere that is read for a scrape. Never fails and never waits long; only one read is in progress at a time,
 * whatever the number of scrapes, so a hanging engine is not queried repeatedly.
 */
export class BoundedReading<T> {
  #pending: Promise<void> | undefined;
  #latest: { value: T; atMs: number } | undefined;

  constructor(
    private readonly read: () => Promise<T>,
    private readonly clock: Clock,
    private readonly maxWaitMs = MAX_WAIT_MS,
  ) {}

  /** The present value, or the last one if reading takes too long; `undefined` if it cannot be read. */
  async value(): Promise<T | undefined> {
    this.#pending ??= this.refresh();
    await within(this.maxWaitMs, this.#pending);
    const isFresh = this.#latest !== undefined && this.clock.monotonicMs() - this.#latest.atMs <= MAX_AGE_MS;
    return isFresh ? this.#latest?.value : undefined;
  }

  private refresh(): Promise<void> {
    return Promise.resolve()
      .then(this.read)
      .then(
        (value) => void (this.#latest = { value, atMs: this.clock.monotonicMs() }),
        () => void (this.#latest = undefined),
      )
      .finally(() => (this.#pending = undefined));
  }
}
