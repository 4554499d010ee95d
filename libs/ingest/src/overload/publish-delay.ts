import type { PublishLoad } from '@sluice/event-log';

/** The pace of the log is what it did in this time: long enough for some appends, short enough to see a change. */
const WINDOW_MS = 1000;

interface Sample {
  atMs: number;
  settledEntries: number;
}

/**
 * How long a record that arrives now will wait for the log: open entries, divided by the rate of the log. The age of the oldest call shows
 * it too, but only when the wait is over: by then much more has been admitted that will be too late. The pace is that of a log that
 * has something to do; an idle one is not slow.
 */
export class PublishDelay {
  /** Since there is something to do, and within the window; oldest first. */
  #samples: Sample[] = [];
  #idleSettled = 0;

  /** @returns milliseconds; 0 if nothing is open */
  measure({ openEntries, settledEntries, oldestAgeMs }: PublishLoad, nowMs: number): number {
    if (openEntries === 0) {
      this.#samples = [];
      this.#idleSettled = settledEntries;
      return 0;
    }
    if (this.#samples.length === 0)
      this.#samples.push({ atMs: nowMs - oldestAgeMs, settledEntries: this.#idleSettled });
    const paceMs = this.msPerEntry({ atMs: nowMs, settledEntries });
    return Math.max(oldestAgeMs, openEntries * paceMs);
  }

  /** @returns 0 if the log has settled nothing: then only the age is known */
  private msPerEntry(now: Sample): number {
    while (this.#samples.length > 1 && now.atMs - this.#samples[1]!.atMs >= WINDOW_MS) this.#samples.shift();
    const since = this.#samples[0]!;
    this.#samples.push(now);
    const settled = now.settledEntries - since.settledEntries;
    return settled === 0 ? 0 : (now.atMs - since.atMs) / settled;
  }
}
