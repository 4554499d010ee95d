import type { BufferCursor } from '#contracts';
import type { BufferInspector, LogRecord } from '#event-log';
import { MAX_BLIND_PEEK_RECORDS, ScanBudget, scanRange, type OffsetRange } from './log-scan.js';

export interface WaitingPageRequest {
  /** What waits, by partition; empty ranges are left out. */
  ranges: readonly OffsetRange[];
  limit: number;
  /** Which of the records are shown; all of them if it is left out. */
  matches?: ((record: LogRecord) => boolean) | undefined;
}

export interface WaitingPage {
  records: LogRecord[];
  /** Where the next page begins, or `undefined` if nothing is left to read. */
  next: BufferCursor | undefined;
}

/** Most partitions whose first records are asked for side by side: a peek costs a log some waiting, whatever it brings. */
const MAX_PEEKS_AHEAD = 16;
/** Most records of each such peek, where there are several. */
const MAX_RECORDS_AHEAD = 20;

/**
 * Waiting records by partition, then by offset. Shorter than the limit, with a place to go on from, where the budget of one
 * request was spent before.
 *
 * @throws EventLogError `unavailable`
 */
export async function readWaitingPage(
  inspector: BufferInspector,
  { ranges, limit, matches }: WaitingPageRequest,
): Promise<WaitingPage> {
  const ahead = await peekAhead(inspector, ranges, limit);
  const records: LogRecord[] = [];
  const budget = new ScanBudget();
  for (const [at, range] of ranges.entries()) {
    for await (const record of scanRange(inspector, range, budget, ahead[at])) {
      if (matches?.(record) ?? true) records.push(record);
      if (records.length === limit || budget.isSpent) return { records, next: placeAfter(record, ranges) };
    }
  }
  return { records, next: undefined };
}

/** The first records of as many ranges as the page can need: every range has at least one. */
function peekAhead(
  inspector: BufferInspector,
  ranges: readonly OffsetRange[],
  limit: number,
): Promise<readonly LogRecord[][]> {
  const first = ranges.slice(0, Math.min(limit, MAX_PEEKS_AHEAD));
  const maxRecords = Math.min(limit, first.length > 1 ? MAX_RECORDS_AHEAD : MAX_BLIND_PEEK_RECORDS);
  return Promise.all(first.map((range) => inspector.peek({ ...range, maxRecords })));
}

function placeAfter({ partition, offset }: LogRecord, ranges: readonly OffsetRange[]): BufferCursor | undefined {
  const at = ranges.findIndex((range) => range.partition === partition);
  if (offset + 1 < ranges[at]!.toOffset) return { partition, offset: offset + 1 };
  const next = ranges[at + 1];
  return next && { partition: next.partition, offset: next.fromOffset };
}

/**
 * What is left of the ranges at a cursor of an earlier page. What the worker has committed in between is left out: it is stored
 * by now. What has arrived behind the cursor is not shown either: it was accepted after the walk began.
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
