import type { mongo } from 'mongoose';
import { recordKey, type StoredRecord } from '@sluice/contracts';
import type { RecordCursor, RecordFilter, RecordPage, RecordReader, RecordStoreOptions } from '@sluice/record-store';
import { decodeDocument } from './document-decoder.js';
import type { MongoConnection } from './mongo-connection.js';
import { toStoredRecord, type RecordDocument } from './record-document.js';

type Filter = mongo.Filter<RecordDocument>;

/** Asked for before anything is known of their size: MongoDB sends up to 16 MiB at once, whatever of it is read. */
const BLIND_DOCUMENTS = 20;
const PAGE_ORDER = { timestamp: -1, _id: 1 } as const;

export class MongoRecordReader implements RecordReader {
  constructor(
    private readonly connection: MongoConnection,
    private readonly collection: string,
    private readonly options: Pick<RecordStoreOptions, 'timeoutMs' | 'readPreference'>,
  ) {}

  async find(deviceId: string, recordId: string): Promise<StoredRecord | undefined> {
    const filter = { _id: { $eq: recordKey(deviceId, recordId) } };
    const { documents } = await this.query(filter, { limit: 1 }, { limit: 1, maxBytes: Infinity });
    return documents[0] && toStoredRecord(documents[0]);
  }

  async page(filter: RecordFilter, limit: number, after?: RecordCursor, maxBytes = Infinity): Promise<RecordPage> {
    const blind = Number.isFinite(maxBytes) ? Math.min(limit, BLIND_DOCUMENTS) : limit;
    const first = await this.documents(filter, blind, after, maxBytes);
    const [count, left] = [first.documents.length, maxBytes - first.bytes];
    if (!first.hasMore || count === limit || left <= 0) return toPage(first);
    const likely = Math.max(1, Math.floor((left * count) / first.bytes));
    const behind = cursorOf(first.documents.at(-1)!);
    const rest = await this.documents(filter, Math.min(limit - count, likely), behind, left);
    return toPage({ ...rest, documents: [...first.documents, ...rest.documents] });
  }

  private documents(filter: RecordFilter, limit: number, after: RecordCursor | undefined, maxBytes: number) {
    const order = { sort: PAGE_ORDER, limit: limit + 1, batchSize: limit + 1 };
    return this.query(pageFilter(filter, after), order, { limit, maxBytes });
  }

  /** Documents up to a limit and until they have so many bytes. One more that is found, and not read, shows that there are more. */
  private query(
    filter: Filter,
    options: mongo.FindOptions,
    { limit, maxBytes }: { limit: number; maxBytes: number },
  ): Promise<FoundDocuments> {
    return this.connection.run(async (database) => {
      const { timeoutMs: maxTimeMS, readPreference = 'primary' } = this.options;
      const records = database.collection<RecordDocument>(this.collection);
      const found = records.find(filter, { ...options, raw: true, maxTimeMS, readPreference });
      const documents: RecordDocument[] = [];
      let bytes = 0;
      for await (const raw of found as AsyncIterable<unknown> as AsyncIterable<Uint8Array>) {
        if (documents.length === limit || bytes >= maxBytes) return { documents, bytes, hasMore: true };
        documents.push(decodeDocument<RecordDocument>(raw));
        bytes += raw.byteLength;
      }
      return { documents, bytes, hasMore: false };
    });
  }
}

interface FoundDocuments {
  documents: RecordDocument[];
  bytes: number;
  hasMore: boolean;
}

function toPage({ documents, hasMore }: FoundDocuments): RecordPage {
  return { records: documents.map(toStoredRecord), next: hasMore ? cursorOf(documents.at(-1)!) : undefined };
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
  const key = recordKey(after.deviceId, after.recordId);
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
