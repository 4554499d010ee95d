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

/** Where a query ends. */
export interface Bounds {
  limit: number;
  /** It ends with the document that reaches so many bytes. */
  maxBytes: number;
}

/** Runs queries on the collection of records, and decodes what they find. */
export class RecordFinder {
  constructor(
    private readonly connection: MongoConnection,
    private readonly collection: string,
    private readonly options: Pick<RecordStoreOptions, 'timeoutMs' | 'readPreference'>,
  ) {}

  /**
   * Documents up to a limit and until they have so many bytes. One more that is found, and not read, shows that there are more.
   *
   * @param options with a projection, `T` is what it leaves
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
