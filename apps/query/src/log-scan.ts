import type { BufferInspector, LogRecord } from '@sluice/event-log';
import { READ_STEP_BYTES } from '@sluice/http';

/** A range of one partition: the offsets from `fromOffset` up to, and without, `toOffset`. */
export interface OffsetRange {
  partition: number;
  fromOffset: number;
  toOffset: number;
}

/** Most log records that one request reads, whatever it searches. */
export const MAX_SCANNED_RECORDS = 10_000;
/** Most bytes of values that one request reads; the record that exceeds it is the last one. */
export const MAX_SCANNED_BYTES = 16 * 1024 * 1024;
/** Most records of a peek before their size is known: with payloads of the largest kind about 5 MiB. */
export const MAX_BLIND_PEEK_RECORDS = 20;
/** Most records of any peek: an embedded log reads them on the event loop. */
export const MAX_PEEK_RECORDS = 250;

/** The remaining read limit of one request, so that no request blocks the others. */
export class ScanBudget {
  #records = MAX_SCANNED_RECORDS;
  #bytes = MAX_SCANNED_BYTES;

  get isSpent(): boolean {
    return this.#records <= 0 || this.#bytes <= 0;
  }

  /** Most records of the next peek: as many as fit into one step at the size of those so far. */
  get peekRecords(): number {
    const seen = MAX_SCANNED_RECORDS - this.#records;
    if (seen === 0) return MAX_BLIND_PEEK_RECORDS;
    const meanBytes = Math.max(1, (MAX_SCANNED_BYTES - this.#bytes) / seen);
    const bytes = Math.min(this.#bytes, 4 * READ_STEP_BYTES);
    return Math.max(1, Math.min(MAX_PEEK_RECORDS, Math.floor(bytes / meanBytes)));
  }

  spend({ value }: LogRecord): void {
    this.#records--;
    this.#bytes -= value?.length ?? 0;
  }
}

/** The source of a scan, and how the scan waits for its turn before each peek. */
export interface ScanSource {
  inspector: BufferInspector;
  takeTurn: () => Promise<void>;
}

/**
 * The records of a range, oldest first, until the budget is spent.
 *
 * @param ahead the first records of the range, if they are known already
 * @throws EventLogError `unavailable`
 */
export async function* scanRange(
  { inspector, takeTurn }: ScanSource,
  { partition, fromOffset, toOffset }: OffsetRange,
  budget: ScanBudget,
  ahead: readonly LogRecord[] = [],
): AsyncGenerator<LogRecord> {
  let records = ahead;
  let next = fromOffset;
  while (next < toOffset && !budget.isSpent) {
    if (records.length === 0) {
      await takeTurn();
      records = await inspector.peek({ partition, fromOffset: next, toOffset, maxRecords: budget.peekRecords });
    }
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

/**
 * The records of a range in steps, the newest step first, oldest first in each, within the budget of one request.
 *
 * @returns whether the whole range was read
 * @throws EventLogError `unavailable`
 */
export async function* scanBackwards(
  source: ScanSource,
  { partition, fromOffset, toOffset }: OffsetRange,
): AsyncGenerator<LogRecord[], boolean> {
  const budget = new ScanBudget();
  const firstOffset = Math.max(fromOffset, toOffset - MAX_SCANNED_RECORDS);
  let end = toOffset;
  while (end > firstOffset && !budget.isSpent) {
    const start = Math.max(firstOffset, end - budget.peekRecords);
    const records: LogRecord[] = [];
    for await (const record of scanRange(source, { partition, fromOffset: start, toOffset: end }, budget))
      records.push(record);
    yield records;
    end = start;
  }
  return end === fromOffset && !budget.isSpent;
}
