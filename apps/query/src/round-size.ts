import type { LogRecord } from '@sluice/event-log';

/** About as many bytes of values as one round brings, over all its partitions. */
const ROUND_BYTES = 256 * 1024;
/** Most records of the first round, when nothing is known of their size: 5 MiB with payloads of the largest kind. */
const BLIND_RECORDS = 20;
const MAX_RECORDS = 1000;
/** How much the latest record counts in the mean. */
const WEIGHT = 0.1;

/** How many records a reader takes at a time: few large ones, many small ones, by what it has seen. */
export class RoundSize {
  #meanBytes = ROUND_BYTES / BLIND_RECORDS;

  /** Records of each of so many partitions; at least 1. */
  recordsFor(partitions: number): number {
    const records = Math.min(MAX_RECORDS, ROUND_BYTES / this.#meanBytes);
    return Math.max(1, Math.floor(records / partitions));
  }

  saw({ value }: LogRecord): void {
    const bytes = Math.max(1, value?.length ?? 0);
    this.#meanBytes += WEIGHT * (bytes - this.#meanBytes);
  }
}
