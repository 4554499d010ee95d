import type { LogRecord } from '@sluice/event-log';
import type { Culprit, HeldBatch } from './held-batch.js';

/**
 * The records of one batch that have no outcome yet, in parts: one part until a call fails, halves of a part that failed. The parts
 * come in the order of the offsets within each partition. A batch of n records needs at most 2n - 1 calls, and about 2 log2(n) for
 * each record that fails.
 */
export class BatchParts {
  /** The next part is the last element. */
  readonly #parts: (readonly LogRecord[])[];
  /** The error of the first call that failed. */
  #failure: { error: unknown } | undefined;
  #isSplit = false;
  #culprits = 0;

  constructor(readonly records: readonly LogRecord[]) {
    this.#parts = [records];
  }

  get failure(): { error: unknown } | undefined {
    return this.#failure;
  }

  /** How many of the records have failed alone. */
  get culprits(): number {
    return this.#culprits;
  }

  /** The next part, without the records that are no longer in the batch; `undefined` if there is none. */
  next(batch: HeldBatch): readonly LogRecord[] | undefined {
    const isHeld = (record: LogRecord): boolean => batch.has(record);
    for (let part = this.#parts.at(-1); part !== undefined; part = this.#parts.at(-1)) {
      const records = batch.isWhole || part.every(isHeld) ? part : part.filter(isHeld);
      this.#parts[this.#parts.length - 1] = records;
      if (records.length > 0) return records;
      this.#parts.pop();
    }
    return undefined;
  }

  /** Ends the part that {@link next} returned: its records have outcomes. */
  settled(culprits: readonly Culprit[]): readonly Culprit[] {
    this.#parts.pop();
    this.#culprits += culprits.length;
    return culprits;
  }

  /** Puts two halves in the place of the part that {@link next} returned. */
  split(error: unknown): void {
    this.#failure ??= { error };
    const part = this.#parts.pop()!;
    const records = this.#isSplit ? part : byPartition(part);
    this.#isSplit = true;
    const half = Math.ceil(records.length / 2);
    this.#parts.push(records.slice(half), records.slice(0, half));
  }
}

/** Records of one partition side by side, so that a half holds few partitions. */
function byPartition(records: readonly LogRecord[]): LogRecord[] {
  return [...Map.groupBy(records, ({ topic, partition }) => `${topic}/${partition}`).values()].flat();
}
