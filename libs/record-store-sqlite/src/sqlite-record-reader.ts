import { type JsonObject, readExactJson, recordKey, type StoredRecord } from '@sluice/contracts';
import {
  type DevicesPage,
  type DevicesQuery,
  type LatestRecord,
  type ReceiptCursor,
  type ReceiptFilter,
  type ReceiptPage,
  type RecordCursor,
  type RecordFilter,
  type RecordPage,
  type RecordReader,
  sampleOf,
  type ValuesPage,
  type ValuesQuery,
} from '@sluice/record-store';
import {
  type DeviceRow,
  type ReceiptRange,
  recordIdIn,
  recordIdOf,
  toStoredRecord,
  type RecordRow,
  type RowRange,
} from './record-row.js';
import type { RecordThreadClient } from './record-thread-client.js';

export class SqliteRecordReader implements RecordReader {
  constructor(private readonly thread: RecordThreadClient) {}

  async find(deviceId: string, recordId: string): Promise<StoredRecord | undefined> {
    const row = await this.thread.call('find', recordKey(deviceId, recordId));
    return row === undefined ? undefined : toStoredRecord(row);
  }

  async page(filter: RecordFilter, limit: number, after?: RecordCursor, maxBytes = Infinity): Promise<RecordPage> {
    const range = { ...placesOf(filter, after), limit, maxBytes };
    const { rows, hasMore } = await this.thread.call('page', range);
    return { records: rows.map(toStoredRecord), next: hasMore ? cursorOf(rows.at(-1)!) : undefined };
  }

  async pageByReceipt(
    filter: ReceiptFilter,
    limit: number,
    after?: ReceiptCursor,
    maxBytes = Infinity,
  ): Promise<ReceiptPage> {
    const range = { ...receiptPlaces(filter, after), limit, maxBytes };
    const { rows, hasMore } = await this.thread.call('pageByReceipt', range);
    return { records: rows.map(toStoredRecord), next: hasMore ? receiptCursorOf(rows.at(-1)!) : undefined };
  }

  /** In portions, so that writes get their turn. */
  async devices({ prefix, after = '', aheadAfterMs }: DevicesQuery, limit: number): Promise<DevicesPage> {
    const rows: DeviceRow[] = [];
    const range = { from: prefix, to: prefix + BEHIND_PRINTABLE, firstMinusTimestampMs: -aheadAfterMs };
    while (rows.length <= limit) {
      const portion = Math.min(DEVICES_AT_ONCE, limit + 1 - rows.length);
      const last = rows.at(-1)?.deviceId ?? after;
      const found = await this.thread.call('devices', { ...range, after: last, limit: portion });
      rows.push(...found);
      if (found.length < portion) break;
    }
    const devices = rows.slice(0, limit).map((row) => ({ ...row, lastTimestamp: row.lastTimestamp ?? undefined }));
    return { devices, hasMore: rows.length > limit };
  }

  async latest(deviceId: string, aheadAfterMs: number): Promise<LatestRecord> {
    const { row, ahead } = await this.thread.call('latest', { deviceId, firstMinusTimestampMs: -aheadAfterMs });
    return { record: row && toStoredRecord(row), ahead: ahead && toStoredRecord(ahead) };
  }

  async values({ path, ...filter }: ValuesQuery, limit: number, after?: RecordCursor): Promise<ValuesPage> {
    const { deviceId } = filter;
    const range = { ...placesOf(filter, after), deviceId, path, limit, maxBytes: Infinity };
    const { timestampsMs, values, unread, lastKey, hasMore } = await this.thread.call('values', range);
    for (const [index, payload] of unread) values[index] = sampleOf(readExactJson(payload) as JsonObject, path);
    const next = { timestampMs: timestampsMs.at(-1)!, deviceId, recordId: recordIdIn(lastKey, deviceId) };
    return { timestampsMs, values, next: hasMore ? next : undefined };
  }
}

const DEVICES_AT_ONCE = 100;
/** Greater than every character that an id can have. */
const BEHIND_PRINTABLE = '\x7f';

function receiptPlaces(
  { deviceId, fromMs, toMs }: ReceiptFilter,
  after?: ReceiptCursor,
): Pick<ReceiptRange, 'deviceId' | 'behind' | 'firstReceivedAtMs'> {
  const edge = { receivedAtMs: toMs === undefined ? Number.MAX_SAFE_INTEGER : toMs - 1, key: '' };
  const place = after && { receivedAtMs: after.receivedAtMs, key: recordKey(after.deviceId, after.recordId) };
  return {
    deviceId: deviceId ?? null,
    behind: place !== undefined && place.receivedAtMs <= edge.receivedAtMs ? place : edge,
    firstReceivedAtMs: fromMs ?? -Number.MAX_SAFE_INTEGER,
  };
}

function receiptCursorOf(row: RecordRow): ReceiptCursor {
  return { receivedAtMs: row.received_at_ms, deviceId: row.device_id, recordId: recordIdOf(row) };
}

/** `toMs` and the cursor both set the beginning: one seek in the index, at the later of the two. */
function placesOf(
  { deviceId, fromMs, toMs }: RecordFilter,
  after?: RecordCursor,
): Pick<RowRange, 'deviceId' | 'behind' | 'lastMinusTimestampMs'> {
  const edge = { minusTimestampMs: toMs === undefined ? -Number.MAX_SAFE_INTEGER : 1 - toMs, key: '' };
  const place = after && { minusTimestampMs: -after.timestampMs, key: recordKey(after.deviceId, after.recordId) };
  return {
    deviceId: deviceId ?? null,
    behind: place !== undefined && place.minusTimestampMs >= edge.minusTimestampMs ? place : edge,
    lastMinusTimestampMs: fromMs === undefined ? Number.MAX_SAFE_INTEGER : -fromMs,
  };
}

function cursorOf(row: RecordRow): RecordCursor {
  return { timestampMs: -row.minus_timestamp_ms, deviceId: row.device_id, recordId: recordIdOf(row) };
}
