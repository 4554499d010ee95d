import { isDeepStrictEqual } from 'node:util';
import type { mongo } from 'mongoose';
import {
  RecordStoreError,
  type RecordToStore,
  type RecordWriter,
  type WriteOutcome,
  isSameTime,
  outcomeOfRepeat,
} from '@sluice/record-store';
import { decodeDocument } from './document-decoder.js';
import { encodeAlone, isEncodingError } from './document-encoder.js';
import {
  DUPLICATE_KEY,
  isPermanent,
  readInsertFailures,
  type InsertFailure,
  type InsertFailures,
} from './insert-failures.js';
import type { MongoConnection } from './mongo-connection.js';
import { RECORDS_COLLECTION, toBson, toDocument, type RecordDocument } from './record-document.js';

type Records = mongo.Collection<RecordDocument>;
/** What says whether a record that comes again is the same. */
type FirstDocument = Pick<RecordDocument, '_id' | 'timestamp_text' | 'timestamp_source' | 'data_payload'>;

const NO_FAILURES: InsertFailures = new Map();
const STORED: WriteOutcome = Object.freeze({ status: 'stored' });

/** One write is one unordered insert by the driver itself, whose answer is read document by document. */
export class MongoRecordWriter implements RecordWriter {
  constructor(
    private readonly connection: MongoConnection,
    private readonly timeoutMs: number,
  ) {}

  async write(records: readonly RecordToStore[], storedAtMs: number): Promise<WriteOutcome[]> {
    if (records.length === 0) return [];
    const storedAt = new Date(storedAtMs);
    const documents = records.map((record) => toDocument(record, storedAt));
    return this.connection.run((database) => this.writeAll(database.collection(RECORDS_COLLECTION), documents));
  }

  /** The driver encodes every document before it sends the first: an encoding error means that nothing was written. */
  private async writeAll(collection: Records, documents: RecordDocument[]): Promise<WriteOutcome[]> {
    try {
      return await this.insert(collection, documents);
    } catch (error) {
      if (!isEncodingError(error)) throw error;
      return this.writeEncodable(collection, documents);
    }
  }

  private async writeEncodable(collection: Records, documents: RecordDocument[]): Promise<WriteOutcome[]> {
    const checked = documents.map(encodeAlone);
    const good = documents.filter((_, index) => checked[index]!.ok);
    const encodings = checked.flatMap((entry) => (entry.ok ? [entry.encoding] : []));
    const outcomes = good.length === 0 ? [] : await this.insert(collection, good, encodings);
    let next = 0;
    return checked.map((entry) => (entry.ok ? outcomes[next++]! : refused(entry.detail)));
  }

  /** @param encodings what is sent for each of the documents, where the driver does not take it as it is */
  private async insert(
    collection: Records,
    documents: RecordDocument[],
    encodings: RecordDocument[] = documents,
  ): Promise<WriteOutcome[]> {
    const failures = await this.insertUnordered(collection, encodings);
    const firsts = await this.findFirsts(collection, documents, failures);
    return documents.map((document, index) => outcomeOf(document, failures.get(index), firsts));
  }

  private async insertUnordered(collection: Records, documents: RecordDocument[]): Promise<InsertFailures> {
    try {
      await collection.insertMany(documents.map(toBson), { ordered: false, maxTimeMS: this.timeoutMs });
      return NO_FAILURES;
    } catch (error) {
      const failures = readInsertFailures(error, documents.length);
      if (failures === undefined) throw error;
      return failures;
    }
  }

  /** The documents that were there before those that failed as duplicates, by key. */
  private async findFirsts(collection: Records, documents: RecordDocument[], failures: InsertFailures) {
    const keys = documents.flatMap(({ _id }, index) => (failures.get(index)?.code === DUPLICATE_KEY ? [_id] : []));
    const firsts = new Map<string, FirstDocument>();
    if (keys.length === 0) return firsts;
    const projection = { timestamp_text: 1, timestamp_source: 1, data_payload: 1 };
    const options = { projection, raw: true, maxTimeMS: this.timeoutMs };
    for await (const bytes of collection.find({ _id: { $in: keys } }, options)) {
      const first = decodeDocument<FirstDocument>(bytes as unknown as Uint8Array);
      firsts.set(first._id, first);
    }
    return firsts;
  }
}

function outcomeOf(
  document: RecordDocument,
  failure: InsertFailure | undefined,
  firsts: ReadonlyMap<string, FirstDocument>,
): WriteOutcome {
  if (failure === undefined) return STORED;
  const first = firsts.get(document._id);
  if (failure.code === DUPLICATE_KEY && first !== undefined) return compare(document, first);
  if (isPermanent(failure)) return refused(`MongoDB will not take the record: code ${failure.code}`);
  throw new RecordStoreError('unavailable', `MongoDB did not take a record now: code ${failure.code}.`);
}

function compare(document: RecordDocument, first: FirstDocument): WriteOutcome {
  const isSamePayload = (): boolean => isDeepStrictEqual(document.data_payload, first.data_payload);
  return outcomeOfRepeat(isSameTime(document, first), isSamePayload);
}

function refused(detail: string): WriteOutcome {
  return { status: 'refused', detail };
}
