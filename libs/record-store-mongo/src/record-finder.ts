import type { mongo } from 'mongoose';
import type { RecordStoreOptions } from '@sluice/record-store';
import { decodeDocument } from './document-decoder.js';
import type { MongoConnection } from './mongo-connection.js';
import type { RecordDocument } from './record-document.js';

export type Filter = mongo.Filter<RecordDocument>;

export interface FoundDocuments<T = RecordDocument> {
  documents: T[];
  bytes: number;
  hasMore: boolean;
}

/** The limits of a query. */
export interface Bounds {
  limit: number;
  /** The result ends with the document that reaches this size. */
  maxBytes: number;
}

/** Runs queries on the collection of records, and decodes the documents. */
export class RecordFinder {
  constructor(
    private readonly connection: MongoConnection,
    private readonly collection: string,
    private readonly options: Pick<RecordStoreOptions, 'timeoutMs' | 'readPreference'>,
  ) {}

  /**
   * Documents up to a limit and a size. One more that is found, and not read, shows that there are more.
   *
   * @param options with a projection, `T` is the projected document
   */
  find<T = RecordDocument>(
    filter: Filter,
    options: mongo.FindOptions,
    { limit, maxBytes }: Bounds,
  ): Promise<FoundDocuments<T>> {
    return this.connection.run(async (database) => {
      const { timeoutMs: maxTimeMS, readPreference = 'primary' } = this.options;
      const records = database.collection<RecordDocument>(this.collection);
      const found = records.find(filter, { ...options, raw: true, maxTimeMS, readPreference });
      const documents: T[] = [];
      let bytes = 0;
      for await (const raw of found as AsyncIterable<unknown> as AsyncIterable<Uint8Array>) {
        if (documents.length === limit || bytes >= maxBytes) return { documents, bytes, hasMore: true };
        documents.push(decodeDocument<T & object>(raw));
        bytes += raw.byteLength;
      }
      return { documents, bytes, hasMore: false };
    });
  }

  /** The first document of a query, or `undefined`. */
  async first<T = RecordDocument>(filter: Filter, options: mongo.FindOptions): Promise<T | undefined> {
    const { documents } = await this.find<T>(filter, { ...options, limit: 1 }, { limit: 1, maxBytes: Infinity });
    return documents[0];
  }
}
