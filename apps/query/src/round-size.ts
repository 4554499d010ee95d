import type { LogRecord } from '@sluice/event-log';

/** Target size of one round, in bytes of values over all its partitions. */
const ROUND_BYTES = 256 * 1024;
/** Most records of the first round, when their size is unknown: 5 MiB with payloads of the largest kind. */
const BLIND_RECORDS = 20;
const MAX_RECORDS = 1000;
/** Weight of the latest record in the mean. */
const WEIGHT = 0.1;

/** How many records a reader requests at a time: few large ones, many small ones, by those so far. */
export class RoundSize {
  #meanBytes = ROUND_BYTES / BLIND_RECORDS;

  /** Records of each of this many partitions; at least 1. */
  recordsFor(partitions: number): number {
    const records = Math.min(MAX_RECORDS, ROUND_BYTES / this.#meanBytes);
    return Math.max(1, Math.floor(records / partitions));
  }

  observe({ value }: LogRecord): void {
    const bytes = Math.max(1, value?.length ?? 0);
    this.#meanBytes += WEIGHT * (bytes - this.#meanBytes);
  }
}
