import { type Cursors, parseTimestamp, type StoredRecord } from '@sluice/contracts';
import type { RecordOrder } from '@sluice/contracts/dto';
import type { RecordsFilter, TimeRange } from './records-filter.js';
import type { WatchedStore } from './watched-store.js';

export type OrderedCursor = Cursors['records'] | Cursors['receipts'];

export interface OrderedPage {
  records: StoredRecord[];
  next: OrderedCursor | undefined;
}

/** How pages of one order are read. */
interface Order {
  /** Kind of its cursors. */
  kind: 'records' | 'receipts';
  /** Whether the filter can have produced the cursor. */
  isWithin(filter: RecordsFilter, cursor: OrderedCursor): boolean;
  /** The part of the filter that an index of this order covers: the device, and the range of the time that it sorts by. */
  page(
    store: WatchedStore,
    filter: RecordsFilter,
    limit: number,
    after: OrderedCursor | undefined,
    maxBytes: number,
  ): Promise<OrderedPage>;
  /** Whether the rest of the filter matches the record. */
  shows(filter: RecordsFilter, record: StoredRecord): boolean;
  /** Whether the filter has such a rest. */
  hasRest(filter: RecordsFilter): boolean;
  placeOf(record: StoredRecord): OrderedCursor;
}

export const RECORD_ORDERS: Readonly<Record<RecordOrder, Order>> = {
  timestamp: {
    kind: 'records',
    isWithin: ({ deviceId, timestamp }, cursor) =>
      isOfDevice(deviceId, cursor) && isWithin(timestamp, (cursor as Cursors['records']).timestampMs),
    page: (store, { deviceId, timestamp }, limit, after, maxBytes) =>
      store.page({ ...device(deviceId), ...timestamp }, limit, after as Cursors['records'], maxBytes),
    shows: ({ received }, { received_at }) => isWithin(received, parseTimestamp(received_at)!),
    hasRest: ({ received }) => isBounded(received),
    placeOf: (record) => ({ timestampMs: parseTimestamp(record.timestamp)!, ...idsOf(record) }),
  },
  received_at: {
    kind: 'receipts',
    isWithin: ({ deviceId, received }, cursor) =>
      isOfDevice(deviceId, cursor) && isWithin(received, (cursor as Cursors['receipts']).receivedAtMs),
    page: (store, { deviceId, received }, limit, after, maxBytes) =>
      store.pageByReceipt({ ...device(deviceId), ...received }, limit, after as Cursors['receipts'], maxBytes),
    shows: ({ timestamp }, record) => isWithin(timestamp, parseTimestamp(record.timestamp)!),
    hasRest: ({ timestamp }) => isBounded(timestamp),
    placeOf: (record) => ({ receivedAtMs: parseTimestamp(record.received_at)!, ...idsOf(record) }),
  },
};

export function isWithin({ fromMs = -Infinity, toMs = Infinity }: TimeRange, ms: number): boolean {
  return fromMs <= ms && ms < toMs;
}

function isBounded({ fromMs, toMs }: TimeRange): boolean {
  return fromMs !== undefined || toMs !== undefined;
}

function isOfDevice(only: string | undefined, { deviceId }: OrderedCursor): boolean {
  return only === undefined || only === deviceId;
}

function device(deviceId: string | undefined): { deviceId?: string } {
  return deviceId === undefined ? {} : { deviceId };
}

function idsOf({ device_id, record_id }: StoredRecord): { deviceId: string; recordId: string } {
  return { deviceId: device_id, recordId: record_id };
}
