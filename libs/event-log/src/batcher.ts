export interface BatchLimits {
  /** At least 1. */
  maxRecords: number;
  /** A larger item makes a separate batch. */
  maxBytes: number;
  /** A batch is due when its oldest item has waited this long. */
  maxAgeMs: number;
}

export type FlushReason = 'full' | 'due' | 'stopping';

interface Sized<T> {
  item: T;
  records: number;
  bytes: number;
  addedAtMs: number;
}

/** Collects items and decides when a batch is due and what it contains. It uses no clock, no timer and no I/O. */
export class Batcher<T> {
  #items: Sized<T>[] = [];
  #records = 0;
  #bytes = 0;

  constructor(private readonly limits: BatchLimits) {}

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  get records(): number {
    return this.#records;
  }

  add(item: T, { records, bytes }: { records: number; bytes: number }, nowMs: number): void {
    this.#items.push({ item, records, bytes, addedAtMs: nowMs });
    this.#records += records;
    this.#bytes += bytes;
  }

  /** Why a batch is due now, or `undefined`. */
  flushReason(nowMs: number): Extract<FlushReason, 'full' | 'due'> | undefined {
    if (this.#records >= this.limits.maxRecords || this.#bytes >= this.limits.maxBytes) return 'full';
    return !this.isEmpty && this.dueInMs(nowMs) <= 0 ? 'due' : undefined;
  }

  /** Milliseconds until the batch is due; the whole age if it is empty. */
  dueInMs(nowMs: number): number {
    const oldest = this.#items[0];
    return oldest === undefined ? this.limits.maxAgeMs : oldest.addedAtMs + this.limits.maxAgeMs - nowMs;
  }

  /** Removes the oldest items up to the limits, and at least one if there is one. */
  nextBatch(): T[] {
    let count = 0;
    let records = 0;
    let bytes = 0;
    for (const next of this.#items) {
      const fits = records + next.records <= this.limits.maxRecords && bytes + next.bytes <= this.limits.maxBytes;
      if (count > 0 && !fits) break;
      count++;
      records += next.records;
      bytes += next.bytes;
    }
    this.#records -= records;
    this.#bytes -= bytes;
    return this.#items.splice(0, count).map(({ item }) => item);
  }

  /** Drops the items that are no longer wanted. */
  drop(isUnwanted: (item: T) => boolean): void {
    this.#items = this.#items.filter(({ item }) => !isUnwanted(item));
    this.#records = this.#items.reduce((sum, { records }) => sum + records, 0);
    this.#bytes = this.#items.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
