import type { RecordFilter } from '@sluice/record-store';
import type { Filter } from './record-finder.js';

export const PAGE_ORDER = { timestamp: -1, _id: 1 } as const;
export const RECEIPT_ORDER = { received_at: -1, _id: 1 } as const;

/** The field by which a page is ordered. */
export type TimeField = 'timestamp' | 'received_at';
/** A position in the order of a page. */
export interface Place {
  atMs: number;
  key: string;
}

/**
 * Records after a cursor: older, or of the same instant with a greater key. Each branch is a range of one index by itself. Values
 * of the filter are compared and never taken for operators.
 */
export function pageFilter(field: TimeField, { deviceId, fromMs, toMs }: RecordFilter, after?: Place): Filter {
  const device = deviceId === undefined ? {} : { device_id: { $eq: deviceId } };
  const isBehindCursor = after !== undefined && after.atMs < (toMs ?? Infinity);
  const older = { ...device, ...timeRange(field, fromMs, isBehindCursor ? after.atMs : toMs) };
  if (!isBehindCursor || after.atMs < (fromMs ?? -Infinity)) return older;
  const sameInstant = { ...device, [field]: { $eq: new Date(after.atMs) }, _id: { $gt: after.key } };
  return { $or: [older, sameInstant] } as Filter;
}

function timeRange(field: TimeField, fromMs: number | undefined, toMs: number | undefined): Filter {
  if (fromMs === undefined && toMs === undefined) return {};
  return {
    [field]: {
      ...(fromMs === undefined ? {} : { $gte: new Date(fromMs) }),
      ...(toMs === undefined ? {} : { $lt: new Date(toMs) }),
    },
  };
}
