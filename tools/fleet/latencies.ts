/** Each bucket is so much wider than the one before: quantiles are exact to this share. */
const GROWTH = 1.02;
const LOG_GROWTH = Math.log(GROWTH);

/** Counts durations in buckets, so that millions of them cost nothing to keep. */
export class Latencies {
  private readonly buckets: number[] = [];
  private total = 0;

  /** @param ms milliseconds; below 1 counts as 1 */
  add(ms: number): void {
    const bucket = Math.floor(Math.log(Math.max(ms, 1)) / LOG_GROWTH);
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.total++;
  }

  /**
   * @param share 0..1: 0.99 for p99
   * @returns milliseconds, or `undefined` while there is none
   */
  quantile(share: number): number | undefined {
    let left = Math.ceil(share * this.total);
    const bucket = this.buckets.findIndex((count) => (left -= count ?? 0) <= 0);
    return this.total === 0 ? undefined : GROWTH ** (bucket + 0.5);
  }
}
