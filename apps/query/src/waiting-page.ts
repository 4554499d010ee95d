import type { BufferCursor } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import { READ_STEP_BYTES } from '@sluice/http';
import { MAX_BLIND_PEEK_RECORDS, ScanBudget, scanRange, type OffsetRange, type ScanSource } from './log-scan.js';

export interface WaitingPageRequest {
  /** The buffered ranges, by partition; empty ranges are left out. */
  ranges: readonly OffsetRange[];
  limit: number;
  /** The records to show; all of them if it is left out. */
  matches?: ((record: LogRecord) => boolean) | undefined;
}

/** Some records of a page. */
export interface WaitingStep {
  records: LogRecord[];
  isLast: boolean;
  /** After the last step: where the next page begins, or `undefined` if there are no more records. */
  next: BufferCursor | undefined;
}

/** Most partitions whose first records are requested concurrently: a peek costs a log some waiting, whatever it returns. */
const MAX_PEEKS_AHEAD = 16;
/** Most records of each such peek, if there are several. */
const MAX_RECORDS_AHEAD = 4;

/**
 * Buffered records by partition, then by offset, in steps of about {@link READ_STEP_BYTES}. Fewer than the limit, with a position
 * to continue from, if the read limit of one request was reached before.
 *
 * @throws EventLogError `unavailable`
 */
export async function* waitingSteps(
  source: ScanSource,
  { ranges, limit, matches }: WaitingPageRequest,
): AsyncGenerator<WaitingStep, void> {
  const ahead = await peekAhead(source, ranges, limit);
  const budget = new ScanBudget();
  let [records, bytes, count]: [LogRecord[], number, number] = [[], 0, 0];
  for (const [at, range] of ranges.entries()) {
    for await (const record of scanRange(source, range, budget, ahead[at])) {
      if (matches?.(record) ?? true) {
        records.push(record);
        count++;
        bytes += record.value?.length ?? 0;
      }
      if (count === limit || budget.isSpent) return yield { records, isLast: true, next: placeAfter(record, ranges) };
      if (bytes < READ_STEP_BYTES) continue;
      yield { records, isLast: false, next: undefined };
      [records, bytes] = [[], 0];
    }
  }
  yield { records, isLast: true, next: undefined };
}

/** The first records of as many ranges as the page can need: every range has at least one. */
async function peekAhead(
  { inspector, takeTurn }: ScanSource,
  ranges: readonly OffsetRange[],
  limit: number,
): Promise<readonly LogRecord[][]> {
  const first = ranges.slice(0, Math.min(limit, MAX_PEEKS_AHEAD));
  const maxRecords = Math.min(limit, first.length > 1 ? MAX_RECORDS_AHEAD : MAX_BLIND_PEEK_RECORDS);
  await takeTurn();
  return Promise.all(first.map((range) => inspector.peek({ ...range, maxRecords })));
}

function placeAfter({ partition, offset }: LogRecord, ranges: readonly OffsetRange[]): BufferCursor | undefined {
  const at = ranges.findIndex((range) => range.partition === partition);
  if (offset + 1 < ranges[at]!.toOffset) return { partition, offset: offset + 1 };
  const next = ranges[at + 1];
  return next && { partition: next.partition, offset: next.fromOffset };
}

/**
 * The remaining ranges at a cursor of an earlier page. Records that the worker has committed in between are left out: they are
 * stored by now. Records that arrived after the cursor are not shown either: they were accepted after the walk began.
 */
export function rangesFrom(cursor: BufferCursor | undefined, ranges: readonly OffsetRange[]): OffsetRange[] {
  if (cursor === undefined) return ranges.filter(isNotEmpty);
  const rest = ranges.filter(({ partition }) => partition >= cursor.partition);
  return rest.map((range) => startingAt(cursor, range)).filter(isNotEmpty);
}

function startingAt(cursor: BufferCursor, range: OffsetRange): OffsetRange {
  if (range.partition !== cursor.partition) return range;
  return { ...range, fromOffset: Math.max(range.fromOffset, cursor.offset) };
}

function isNotEmpty({ fromOffset, toOffset }: OffsetRange): boolean {
  return fromOffset < toOffset;
}
