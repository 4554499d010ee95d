import { recordKey, type StoredRecord } from '@sluice/contracts';
import type {
  DevicesPage,
  DevicesQuery,
  LatestRecord,
  ReceiptCursor,
  ReceiptFilter,
  ReceiptPage,
  RecordCursor,
  RecordFilter,
  RecordPage,
  RecordReader,
  RecordStoreOptions,
  ValuesPage,
  ValuesQuery,
} from '@sluice/record-store';
import type { MongoConnection } from './mongo-connection.js';
import { MongoDeviceReader } from './mongo-device-reader.js';
import { PAGE_ORDER, pageFilter, type Place, RECEIPT_ORDER, type TimeField } from './page-filter.js';
import { toStoredRecord, type RecordDocument } from './record-document.js';
import { type Bounds, type FoundDocuments, RecordFinder } from './record-finder.js';

/** Requested before the size is known: MongoDB sends up to 16 MiB at once, however little of it is read. */
const BLIND_DOCUMENTS = 20;

export class MongoRecordReader implements RecordReader {
  private readonly finder: RecordFinder;
  private readonly ofDevices: MongoDeviceReader;

  constructor(
    connection: MongoConnection,
    collection: string,
    options: Pick<RecordStoreOptions, 'timeoutMs' | 'readPreference'>,
  ) {
    this.finder = new RecordFinder(connection, collection, options);
    this.ofDevices = new MongoDeviceReader(this.finder);
  }

  async find(deviceId: string, recordId: string): Promise<StoredRecord | undefined> {
    const found = await this.finder.first({ _id: { $eq: recordKey(deviceId, recordId) } }, {});
    return found && toStoredRecord(found);
  }

  async page(filter: RecordFilter, limit: number, after?: RecordCursor, maxBytes = Infinity): Promise<RecordPage> {
    const place = after && { atMs: after.timestampMs, key: recordKey(after.deviceId, after.recordId) };
    const { documents, hasMore } = await this.pageOf('timestamp', filter, { limit, maxBytes }, place);
    return { records: documents.map(toStoredRecord), next: hasMore ? cursorOf(documents.at(-1)!) : undefined };
  }

  async pageByReceipt(
    filter: ReceiptFilter,
    limit: number,
    after?: ReceiptCursor,
    maxBytes = Infinity,
  ): Promise<ReceiptPage> {
    const place = after && { atMs: after.receivedAtMs, key: recordKey(after.deviceId, after.recordId) };
    const { documents, hasMore } = await this.pageOf('received_at', filter, { limit, maxBytes }, place);
    const last = documents.at(-1);
    const next = last && {
      receivedAtMs: last.received_at.getTime(),
      deviceId: last.device_id,
      recordId: last.record_id,
    };
    return { records: documents.map(toStoredRecord), next: hasMore ? next : undefined };
  }

  devices(query: DevicesQuery, limit: number): Promise<DevicesPage> {
    return this.ofDevices.devices(query, limit);
  }

  latest(deviceId: string, aheadAfterMs: number): Promise<LatestRecord> {
    return this.ofDevices.latest(deviceId, aheadAfterMs);
  }

  values(query: ValuesQuery, limit: number, after?: RecordCursor): Promise<ValuesPage> {
    return this.ofDevices.values(query, limit, after);
  }

  private async pageOf(field: TimeField, filter: RecordFilter, bounds: Bounds, after?: Place): Promise<FoundDocuments> {
    const { limit, maxBytes } = bounds;
    const blind = Number.isFinite(maxBytes) ? Math.min(limit, BLIND_DOCUMENTS) : limit;
    const first = await this.documents(field, filter, { limit: blind, maxBytes }, after);
    const [count, left] = [first.documents.length, maxBytes - first.bytes];
    if (!first.hasMore || count === limit || left <= 0) return first;
    const likely = Math.max(1, Math.floor((left * count) / first.bytes));
    const last = first.documents.at(-1)!;
    const more = { limit: Math.min(limit - count, likely), maxBytes: left };
    const rest = await this.documents(field, filter, more, { atMs: last[field].getTime(), key: last._id });
    return { ...rest, documents: [...first.documents, ...rest.documents] };
  }

  private documents(field: TimeField, filter: RecordFilter, bounds: Bounds, after: Place | undefined) {
    const limit = bounds.limit + 1;
    const sort = field === 'timestamp' ? PAGE_ORDER : RECEIPT_ORDER;
    return this.finder.find(pageFilter(field, filter, after), { sort, limit, batchSize: limit }, bounds);
  }
}

function cursorOf({ timestamp, device_id, record_id }: RecordDocument): RecordCursor {
  return { timestampMs: timestamp.getTime(), deviceId: device_id, recordId: record_id };
}
