import { type RecordStoreOptions, RecordStore, type StoreTrouble } from '@sluice/record-store';
import { MongoConnection } from './mongo-connection.js';
import { MongoDocuments } from './mongo-documents.js';
import { MongoRecordReader } from './mongo-record-reader.js';
import { MongoRecordWriter } from './mongo-record-writer.js';
import { prepareRecords } from './prepare-records.js';

/**
 * Records in the collection `records` of the database that the URL names, or of `sluice`.
 * A server that is away is no error when the store is opened: operations fail with `unavailable` until it is there.
 */
export class MongoRecordStore extends RecordStore {
  readonly writer: MongoRecordWriter;
  readonly reader: MongoRecordReader;
  readonly documents: MongoDocuments;
  private readonly connection: MongoConnection;

  /** @throws RecordStoreError `unavailable` if the URL cannot be read */
  constructor(private readonly options: RecordStoreOptions) {
    super();
    this.connection = new MongoConnection(options);
    this.writer = new MongoRecordWriter(this.connection, options.timeoutMs);
    this.reader = new MongoRecordReader(this.connection, options.timeoutMs);
    this.documents = new MongoDocuments(this.connection, options.timeoutMs);
  }

  async prepare(): Promise<void> {
    await this.connection.run((database) => prepareRecords(database, this.options.expireAfterSeconds));
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
}
