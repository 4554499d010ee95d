import type { mongo } from 'mongoose';
import type { StoredRecord } from '@sluice/contracts';
import type { RecordCursor, RecordFilter, RecordPage, RecordReader } from '@sluice/record-store';
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
    const filter = { _id: { $eq: keyOf(deviceId, recordId) } };
    const { documents } = await this.query(filter, { limit: 1 }, Infinity);
    return documents[0] && toStoredRecord(documents[0]);
  }

  async page(filter: RecordFilter, limit: number, after?: RecordCursor, maxBytes = Infinity): Promise<RecordPage> {
    const order = { sort: PAGE_ORDER, limit: limit + 1, batchSize: limit + 1 };
    const { documents, isCut } = await this.query(pageFilter(filter, after), order, maxBytes);
    const shown = documents.slice(0, limit);
    const hasMore = isCut || documents.length > limit;
    return { records: shown.map(toStoredRecord), next: hasMore ? cursorOf(shown.at(-1)!) : undefined };
  }

  /** Documents until they have so many bytes: one of the others, which are not read, shows that there are more. */
  private query(filter: Filter, options: mongo.FindOptions, maxBytes: number): Promise<FoundDocuments> {
    return this.connection.run(async (database) => {
      const records = database.collection<RecordDocument>(RECORDS_COLLECTION);
      const found = records.find(filter, { ...options, raw: true, maxTimeMS: this.timeoutMs });
      const documents: RecordDocument[] = [];
      let bytes = 0;
      for await (const raw of found as AsyncIterable<unknown> as AsyncIterable<Uint8Array>) {
        if (bytes >= maxBytes) return { documents, isCut: true };
        documents.push(decodeDocument<RecordDocument>(raw));
        bytes += raw.byteLength;
      }
      return { documents, isCut: false };
    });
  }
}

interface FoundDocuments {
  documents: RecordDocument[];
  /** Whether more were found than fit. */
  isCut: boolean;
}

/**
 * Behind a cursor: older, or of the same instant with a greater key. Each branch is a range of one index by itself.
 * Values of the filter are compared and never read as operators.
 */
function pageFilter({ deviceId, fromMs, toMs }: RecordFilter, after?: RecordCursor): Filter {
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
