import { parseTimestamp } from '@sluice/contracts';
import type { RecordsQueryDto } from '@sluice/contracts/dto';
import type { RecordCursor, RecordFilter } from '@sluice/record-store';
import type { ProblemError } from '@sluice/http';
import { invalidCursor, readCursor } from './cursors.js';
import { invalidParameter } from './query.pipe.js';

/** One page of stored records, as the store is asked for it. */
export interface RecordsRequest {
  /** Only this record of the device of the filter. */
  recordId?: string | undefined;
  filter: RecordFilter;
  /** 1..1000 */
  limit: number;
  after: RecordCursor | undefined;
}

/**
 * Every value that reaches the store is a checked text or number.
 *
 * @throws ProblemError `invalid-cursor` for a cursor that cannot be read or that this filter never made
 */
export function recordsRequest(query: RecordsQueryDto): RecordsRequest {
  const filter = filterOf(query);
  if (query.record_id !== undefined && query.device_id === undefined) throw deviceNeeded();
  const after = readCursor(query.cursor, 'records');
  if (after !== undefined && !isWithin(filter, after)) throw invalidCursor();
  return { recordId: query.record_id, filter, limit: query.limit, after };
}

function deviceNeeded(): ProblemError {
  const detail = 'record_id is unique within a device only: give device_id as well.';
  return invalidParameter([{ pointer: '?device_id', code: 'required', detail }]);
}

function filterOf({ device_id, from, to }: RecordsQueryDto): RecordFilter {
  const filter: RecordFilter = {};
  if (device_id !== undefined) filter.deviceId = device_id;
  if (from !== undefined) filter.fromMs = parseTimestamp(from)!;
  if (to !== undefined) filter.toMs = parseTimestamp(to)!;
  return filter;
}

function isWithin(filter: RecordFilter, { deviceId, timestampMs }: RecordCursor): boolean {
  const { deviceId: only = deviceId, fromMs = -Infinity, toMs = Infinity } = filter;
  return only === deviceId && fromMs <= timestampMs && timestampMs < toMs;
}
