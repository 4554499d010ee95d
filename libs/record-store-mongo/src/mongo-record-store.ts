import {
  type RecordStoreOptions,
  RecordStore,
  type StoreExamination,
  type StoreTrouble,
  type StoreUse,
} from '@sluice/record-store';
import { MongoConnection } from './mongo-connection.js';
import { MongoDocuments } from './mongo-documents.js';
import { examineRights } from './mongo-rights.js';
import { MongoRecordReader } from './mongo-record-reader.js';
import { MongoRecordWriter } from './mongo-record-writer.js';
import { missingIndexes, prepareRecords, type WantedCollection } from './prepare-records.js';
import { DEFAULT_COLLECTION } from './record-document.js';

/**
 * Records in the collection `records`, or the one in the options, of the database in the URL, or of `sluice`. Opening the store
 * with an unavailable server is not an error: operations fail with `unavailable` until it answers.
 */
export class MongoRecordStore extends RecordStore {
  readonly writer: MongoRecordWriter;
  readonly reader: MongoRecordReader;
  readonly documents: MongoDocuments;
  private readonly connection: MongoConnection;
  private readonly collection: string;

  /** @throws RecordStoreError `unavailable` if the URL cannot be read */
  constructor(private readonly options: RecordStoreOptions) {
    super();
    this.connection = new MongoConnection(options);
    this.collection = options.collection ?? DEFAULT_COLLECTION;
    this.writer = new MongoRecordWriter(this.connection, this.collection, options.timeoutMs);
    this.reader = new MongoRecordReader(this.connection, this.collection, options);
    this.documents = new MongoDocuments(this.connection, options.timeoutMs);
  }

  async prepare(): Promise<void> {
    await this.connection.run((database) => prepareRecords(database, this.wanted));
  }

  override examine(use: StoreUse): Promise<StoreExamination> {
    return this.connection.run((database) => examineRights(database, this.collection, use));
  }

  override missing(): Promise<string[]> {
    return this.connection.run((database) => missingIndexes(database, this.wanted));
  }

  async ping(): Promise<void> {
    await this.connection.run((database) => database.command({ ping: 1 }));
  }

  override get trouble(): StoreTrouble | undefined {
    return this.connection.outage.trouble;
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private get wanted(): WantedCollection {
    return { collection: this.collection, expireAfterSeconds: this.options.expireAfterSeconds };
  }
}
