import { join } from 'node:path';
import { type RecordStoreOptions, RecordStore, type StoreTrouble } from '@sluice/record-store';
import { directoryOf } from '@sluice/sqlite';
import { RecordFile } from './record-file.js';
import { RecordThreadClient } from './record-thread-client.js';
import { SqliteDocuments } from './sqlite-documents.js';
import { SqliteRecordReader } from './sqlite-record-reader.js';
import { SqliteRecordWriter } from './sqlite-record-writer.js';

const EXPIRY_INTERVAL_MS = 60_000;
/** A file that was moved, deleted or replaced is detected within this time, even if nothing is written or read. */
const WATCH_EVERY_MS = 1000;

/**
 * Records in one file, `records.db` in the directory of the URL, which belongs to one process at a time. Every operation, {@link
 * prepare} first of all, reports what is wrong with the file (in use, damaged, not writable).
 */
export class SqliteRecordStore extends RecordStore {
  readonly writer: SqliteRecordWriter;
  readonly reader: SqliteRecordReader;
  readonly documents: SqliteDocuments;
  private readonly thread: RecordThreadClient;
  private readonly watch: NodeJS.Timeout;
  private readonly expiry: NodeJS.Timeout | undefined;

  constructor({ url, timeoutMs, expireAfterSeconds, logger }: RecordStoreOptions) {
    super();
    const file = new RecordFile(join(directoryOf(url), 'records.db'), logger);
    this.thread = new RecordThreadClient(file, timeoutMs, logger);
    this.watch = setInterval(() => void this.thread.check(), WATCH_EVERY_MS).unref();
    this.writer = new SqliteRecordWriter(this.thread);
    this.reader = new SqliteRecordReader(this.thread);
    this.documents = new SqliteDocuments(this.thread);
    if (expireAfterSeconds !== undefined) this.expiry = this.removeEveryMinute(expireAfterSeconds * 1000);
  }

  /** The file has its table and indexes once it is open: this waits for that. */
  async prepare(): Promise<void> {
    await this.thread.call('prepare');
  }

  async ping(): Promise<void> {
    await this.thread.call('ping');
  }

  /** Removes every record that was received before this instant, in portions, so that other calls get their turn. */
  async removeReceivedBefore(instantMs: number): Promise<void> {
    while ((await this.thread.call('removeExpired', instantMs)) > 0);
  }

  override async backup(path: string): Promise<void> {
    await this.thread.call('backup', path);
  }

  override get trouble(): StoreTrouble | undefined {
    return this.thread.outage.trouble;
  }

  async close(): Promise<void> {
    clearInterval(this.watch);
    clearInterval(this.expiry);
    await this.thread.close();
  }

  /** The next removal makes up for a failed one; writers and readers get the error themselves. */
  private removeEveryMinute(ageMs: number): NodeJS.Timeout {
    const remove = () => void this.removeReceivedBefore(Date.now() - ageMs).catch(() => undefined);
    return setInterval(remove, EXPIRY_INTERVAL_MS).unref();
  }
}
