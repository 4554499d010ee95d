import { recordKey, type StoredRecord } from '@sluice/contracts';
import type { RecordCursor, RecordFilter, RecordPage, RecordReader } from '@sluice/record-store';
import { recordIdOf, toStoredRecord, type RecordRow, type RowRange } from './record-row.js';
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
}

/** `toMs` and the cursor both say where to begin: one seek in the index, at the later of the two. */
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
