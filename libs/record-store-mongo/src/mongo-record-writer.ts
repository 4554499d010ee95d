import { isDeepStrictEqual } from 'node:util';
import type { mongo } from 'mongoose';
import { PlainEvent } from '@sluice/contracts';
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
import { toBson, toDocument, type RecordDocument } from './record-document.js';

type Records = mongo.Collection<RecordDocument>;
/** The part of a document that decides whether a repeated record is the same. */
type FirstDocument = Pick<RecordDocument, '_id' | 'timestamp_text' | 'timestamp_source' | 'data_payload'>;

/** The result for a duplicate of another key than `_id`. */
const OTHER_INDEX: InsertFailure = Object.freeze({ code: DUPLICATE_KEY, isOfOtherIndex: true });
const STORED: WriteOutcome = Object.freeze({ status: 'stored' });

interface Repeat {
  documents: readonly RecordDocument[];
  encodings: readonly RecordDocument[];
  /** Indexes of the documents that are inserted again. */
  unexplained: readonly number[];
  failures: InsertFailures;
  firsts: Map<string, FirstDocument>;
}

/** One write is one unordered insert by the driver itself, whose answer is read document by document. */
export class MongoRecordWriter implements RecordWriter {
  constructor(
    private readonly connection: MongoConnection,
    private readonly collection: string,
    private readonly timeoutMs: number,
  ) {}

  async write(records: readonly RecordToStore[], storedAtMs: number): Promise<WriteOutcome[]> {
    if (records.length === 0) return [];
    const storedAt = new Date(storedAtMs);
    const documents = records.map((record) => toDocument(record, storedAt));
    // A plain event has no number that the driver would change.
    const encodings = records.map(({ event }, index) =>
      event instanceof PlainEvent ? documents[index]! : toBson(documents[index]!),
    );
    return this.connection.run((database) => this.writeAll(database.collection(this.collection), documents, encodings));
  }

  /** The driver encodes every document before it sends the first: an encoding error means that nothing was written. */
  private async writeAll(
    collection: Records,
    documents: RecordDocument[],
    encodings: RecordDocument[],
  ): Promise<WriteOutcome[]> {
    try {
      return await this.insert(collection, documents, encodings);
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

  /** @param encodings the documents in the form that the driver writes unchanged */
  private async insert(
    collection: Records,
    documents: RecordDocument[],
    encodings: RecordDocument[],
  ): Promise<WriteOutcome[]> {
    const failures = await this.insertUnordered(collection, encodings);
    if (failures.size === 0) return documents.map(() => STORED);
    const firsts = await this.findFirsts(collection, documents, failures);
    const unexplained = documents.flatMap(({ _id }, index) =>
      isDuplicate(failures.get(index)) && !firsts.has(_id) ? [index] : [],
    );
    if (unexplained.length > 0)
      await this.insertAgain(collection, { documents, encodings, unexplained, failures, firsts });
    return documents.map((document, index) => outcomeOf(document, failures.get(index), firsts));
  }

  /**
   * Duplicates whose first document is not on the primary. Either it was removed meanwhile, and the second insert succeeds; or
   * the value is that of another unique index, which another program has created, and the second insert fails in the same way.
   * Servers word that differently, and the driver keeps only their wording, so the two answers decide.
   */
  private async insertAgain(
    collection: Records,
    { documents, encodings, unexplained, failures, firsts }: Repeat,
  ): Promise<void> {
    const again = await this.insertUnordered(
      collection,
      unexplained.map((index) => encodings[index]!),
    );
    const found = await this.findFirsts(
      collection,
      unexplained.map((index) => documents[index]!),
      again,
    );
    for (const [key, first] of found) firsts.set(key, first);
    for (const [at, index] of unexplained.entries()) {
      const failure = again.get(at);
      if (failure === undefined) failures.delete(index);
      else failures.set(index, isDuplicate(failure) && !firsts.has(documents[index]!._id) ? OTHER_INDEX : failure);
    }
  }

  private async insertUnordered(collection: Records, documents: RecordDocument[]): Promise<InsertFailures> {
    try {
      await collection.insertMany(documents, { ordered: false, maxTimeMS: this.timeoutMs });
      return new Map();
    } catch (error) {
      const failures = readInsertFailures(error, documents.length);
      if (failures === undefined) throw error;
      return failures;
    }
  }

  /** The existing documents of those that failed as duplicates, by key. */
  private async findFirsts(collection: Records, documents: RecordDocument[], failures: InsertFailures) {
    const keys = documents.flatMap(({ _id }, index) => (isDuplicate(failures.get(index)) ? [_id] : []));
    const firsts = new Map<string, FirstDocument>();
    if (keys.length === 0) return firsts;
    const projection = { timestamp_text: 1, timestamp_source: 1, data_payload: 1 };
    const options = { projection, raw: true, maxTimeMS: this.timeoutMs, readPreference: 'primary' as const };
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
  if (isDuplicate(failure) && first !== undefined) return compare(document, first);
  if (failure.isOfOtherIndex === true) return refused('another unique index of the collection has the value already');
  if (isPermanent(failure)) return refused(`MongoDB can never accept the record: code ${failure.code}`);
  throw new RecordStoreError('unavailable', `MongoDB did not accept a record: code ${failure.code}.`);
}

function isDuplicate(failure: InsertFailure | undefined): boolean {
  return failure?.code === DUPLICATE_KEY;
}

function compare(document: RecordDocument, first: FirstDocument): WriteOutcome {
  const isSamePayload = (): boolean => isDeepStrictEqual(document.data_payload, first.data_payload);
  return outcomeOfRepeat(isSameTime(document, first), isSamePayload);
}

function refused(detail: string): WriteOutcome {
  return { status: 'refused', detail };
}
