import type { mongo } from 'mongoose';
import type { StoredRecord } from '#contracts';
import type { RecordCursor, RecordFilter, RecordPage, RecordReader } from '../record-reader.js';
import { decodeDocument } from './document-decoder.js';
import type { MongoConnection } from './mongo-connection.js';
import { keyOf, RECORDS_COLLECTION, toStoredRecord, type RecordDocument } from './record-document.js';

type Filter = mongo.Filter<RecordDocument>;

const PAGE_ORDER = { timestamp: -1, _id: 1 } as const;

export class MongoRecordReader implements RecordReader {
  constructor(
    private readonly connection: MongoConnection,
    private readonly timeoutMs: number,
  ) {}

  async find(deviceId: string, recordId: string): Promise<StoredRecord | undefined> {
    const [document] = await this.query({ _id: { $eq: keyOf(deviceId, recordId) } }, { limit: 1 });
    return document === undefined ? undefined : toStoredRecord(document);
  }

  async page(filter: RecordFilter, limit: number, after?: RecordCursor): Promise<RecordPage> {
    const documents = await this.query(pageFilter(filter, after), { sort: PAGE_ORDER, limit: limit + 1 });
    const records = documents.slice(0, limit).map(toStoredRecord);
    return { records, next: documents.length > limit ? cursorOf(documents[limit - 1]!) : undefined };
  }

  private query(filter: Filter, options: mongo.FindOptions): Promise<RecordDocument[]> {
    return this.connection.run(async (database) => {
      const records = database.collection<RecordDocument>(RECORDS_COLLECTION);
      const found = await records.find(filter, { ...options, raw: true, maxTimeMS: this.timeoutMs }).toArray();
      return found.map((bytes) => decodeDocument<RecordDocument>(bytes as unknown as Uint8Array));
    });
  }
}

/**
 * Behind a cursor: older, or of the same instant with a greater key. Each branch is a range of one index by itself.
 * Values of the filter are compared and never read as operators.
 */
export function pageFilter({ deviceId, fromMs, toMs }: RecordFilter, after?: RecordCursor): Filter {
  const device = deviceId === undefined ? {} : { device_id: { $eq: deviceId } };
  const isBehindCursor = after !== undefined && after.timestampMs < (toMs ?? Infinity);
  const older = { ...device, ...timestampRange(fromMs, isBehindCursor ? after.timestampMs : toMs) };
  if (!isBehindCursor || after.timestampMs < (fromMs ?? -Infinity)) return older;
  const key = keyOf(after.deviceId, after.recordId);
  const sameInstant = { ...device, timestamp: { $eq: new Date(after.timestampMs) }, _id: { $gt: key } };
  return { $or: [older, sameInstant] };
}

function timestampRange(fromMs: number | undefined, toMs: number | undefined): Filter {
  if (fromMs === undefined && toMs === undefined) return {};
  return {
    timestamp: {
      ...(fromMs === undefined ? {} : { $gte: new Date(fromMs) }),
      ...(toMs === undefined ? {} : { $lt: new Date(toMs) }),
    },
  };
}

function cursorOf({ timestamp, device_id, record_id }: RecordDocument): RecordCursor {
  return { timestampMs: timestamp.getTime(), deviceId: device_id, recordId: record_id };
}
