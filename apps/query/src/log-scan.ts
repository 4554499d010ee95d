import type { BufferInspector, LogRecord } from '#event-log';

/** A stretch of one partition: the offsets from `fromOffset` up to, and without, `toOffset`. */
export interface OffsetRange {
  partition: number;
  fromOffset: number;
  toOffset: number;
}

/** Most records of the log that one request reads, whatever it looks for. */
export const MAX_SCANNED_RECORDS = 10_000;
/** Most bytes of values that one request reads; the record that goes beyond it is the last one. */
export const MAX_SCANNED_BYTES = 16 * 1024 * 1024;
/** Most records of a peek before anything is known of their size: with payloads of the largest kind some 25 MiB. */
export const MAX_BLIND_PEEK_RECORDS = 100;
/** Most records of a peek at all. */
export const MAX_PEEK_RECORDS = 1000;

/** What one request may still read of the log, so that no question can keep the service from answering others. */
export class ScanBudget {
  #records = MAX_SCANNED_RECORDS;
  #bytes = MAX_SCANNED_BYTES;

  get isSpent(): boolean {
    return this.#records <= 0 || this.#bytes <= 0;
  }

  /** How many records the next peek may ask for: as many as the rest of the budget pays for if they are like those so far. */
  get peekRecords(): number {
    const seen = MAX_SCANNED_RECORDS - this.#records;
    if (seen === 0) return MAX_BLIND_PEEK_RECORDS;
    const meanBytes = Math.max(1, (MAX_SCANNED_BYTES - this.#bytes) / seen);
    return Math.max(1, Math.min(MAX_PEEK_RECORDS, Math.floor(this.#bytes / meanBytes)));
  }

  spend({ value }: LogRecord): void {
    this.#records--;
    this.#bytes -= value?.length ?? 0;
  }
}

/**
 * The records of a range, oldest first, until the budget is spent.
 *
 * @param ahead the first records of the range, where they are known already
 * @throws EventLogError `unavailable`
 */
export async function* scanRange(
  inspector: BufferInspector,
  { partition, fromOffset, toOffset }: OffsetRange,
  budget: ScanBudget,
  ahead: readonly LogRecord[] = [],
): AsyncGenerator<LogRecord> {
  let records = ahead;
  let next = fromOffset;
  while (next < toOffset && !budget.isSpent) {
    if (records.length === 0)
      records = await inspector.peek({ partition, fromOffset: next, toOffset, maxRecords: budget.peekRecords });
    if (records.length === 0) return;
    for (const record of records) {
      if (budget.isSpent) return;
      budget.spend(record);
      yield record;
    }
    next = records.at(-1)!.offset + 1;
    records = [];
  }
}

export interface SearchOutcome {
  record: LogRecord | undefined;
  /** False if the range is larger than one request may read: what was not found may still be there. */
  isExhaustive: boolean;
}

/**
 * The newest record of a range that matches. Reads from the newest backwards, within the budget of one request.
 *
 * @throws EventLogError `unavailable`
 */
export async function findNewest(
  inspector: BufferInspector,
  { partition, fromOffset, toOffset }: OffsetRange,
  matches: (record: LogRecord) => boolean,
): Promise<SearchOutcome> {
  const budget = new ScanBudget();
  const firstOffset = Math.max(fromOffset, toOffset - MAX_SCANNED_RECORDS);
  let record: LogRecord | undefined;
  let end = toOffset;
  while (end > firstOffset && record === undefined && !budget.isSpent) {
    const start = Math.max(firstOffset, end - budget.peekRecords);
    const step = { partition, fromOffset: start, toOffset: end };
    for await (const candidate of scanRange(inspector, step, budget)) if (matches(candidate)) record = candidate;
    end = start;
  }
  return { record, isExhaustive: end === fromOffset && !budget.isSpent };
}
