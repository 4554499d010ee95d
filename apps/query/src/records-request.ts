import { parseTimestamp, type ProblemEntry } from '@sluice/contracts';
import type { RecordOrder, RecordsQueryDto, RecordState } from '@sluice/contracts/dto';
import { invalidParameter } from '@sluice/http';
import { invalidCursor, readCursor } from './cursors.js';
import { type OrderedCursor, RECORD_ORDERS } from './record-orders.js';
import type { RecordsFilter, TimeRange } from './records-filter.js';

/** One page of records. */
export interface RecordsRequest {
  filter: RecordsFilter;
  order: RecordOrder;
  /** 1..1000 */
  limit: number;
  after: OrderedCursor | undefined;
}

/** A page of records that are not stored. */
export interface LocatedRequest {
  filter: RecordsFilter;
  state: Exclude<RecordState, 'stored'>;
  /** 1..1000 */
  limit: number;
  /** First offset that the page may show. */
  from: { partition: number; offset: number } | undefined;
}

/**
 * Every value that reaches the store is a checked text or number.
 *
 * @throws ProblemError `invalid-cursor` for an unreadable cursor, or one that this filter cannot have produced
 */
export function recordsRequest(query: RecordsQueryDto): RecordsRequest | LocatedRequest {
  const { state, limit } = query;
  const filter = filterOf(query);
  const errors = [
    ...faults(query),
    ...rangeFaults('to', filter.timestamp),
    ...rangeFaults('received_to', filter.received),
  ];
  if (errors.length > 0) throw invalidParameter(errors);
  if (state !== 'stored') return { filter, state, limit, from: readCursor(query.cursor, 'buffer') };
  const order = orderOf(query);
  const { kind, isWithin } = RECORD_ORDERS[order];
  const after = readCursor(query.cursor, kind);
  if (after !== undefined && !isWithin(filter, after)) throw invalidCursor();
  return { filter, order, limit, after };
}

function orderOf({ order, from, to, received_from, received_to }: RecordsQueryDto): RecordOrder {
  const isByReceipt = from === undefined && to === undefined && (received_from ?? received_to) !== undefined;
  return order ?? (isByReceipt ? 'received_at' : 'timestamp');
}

function faults({ record_id, device_id, state, order }: RecordsQueryDto): ProblemEntry[] {
  const found: ProblemEntry[] = [];
  if (record_id !== undefined && device_id === undefined) {
    const detail = 'record_id is unique within a device only: give device_id as well.';
    found.push({ pointer: '?device_id', code: 'required', detail });
  }
  if (state !== 'stored' && order !== undefined) {
    const detail = `Records that are ${state} come in the order of the event log: leave order out.`;
    found.push({ pointer: '?order', code: 'value', detail });
  }
  return found;
}

function rangeFaults(name: string, { fromMs, toMs }: TimeRange): ProblemEntry[] {
  if (fromMs === undefined || toMs === undefined || fromMs <= toMs) return [];
  const detail = `${name} must not be earlier than the beginning of the range.`;
  return [{ pointer: `?${name}`, code: 'range', detail }];
}

function filterOf({ device_id, record_id, from, to, received_from, received_to }: RecordsQueryDto): RecordsFilter {
  return {
    deviceId: device_id,
    recordId: record_id,
    timestamp: rangeOf(from, to),
    received: rangeOf(received_from, received_to),
  };
}

function rangeOf(from: string | undefined, to: string | undefined): TimeRange {
  return {
    ...(from !== undefined && { fromMs: parseTimestamp(from)! }),
    ...(to !== undefined && { toMs: parseTimestamp(to)! }),
  };
}
