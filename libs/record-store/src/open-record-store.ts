import { RecordStoreError, type RecordStore } from './record-store.js';
import type { StoreLog } from './store-trouble.js';

export interface RecordStoreOptions {
  /** `mongodb://...`, `mongodb+srv://...` or `file:<directory>`. */
  url: string;
  /** Names this process to the server. */
  clientId: string;
  /** A write or a read settles within this time. */
  timeoutMs: number;
  /** Stored records are removed this long after `received_at`; `undefined`: never. */
  expireAfterSeconds?: number;
  /** Receives one line when the store goes away, with the cause, and one when it is back; no secrets. */
  log?: StoreLog;
}

/** The one switch: which engine stands behind the port. The other engine's client is never loaded. */
export async function openRecordStore(options: RecordStoreOptions): Promise<RecordStore> {
  if (/^mongodb(\+srv)?:\/\//.test(options.url)) {
    const { MongoRecordStore } = await import('./mongo/mongo-record-store.js');
    return new MongoRecordStore(options);
  }
  if (options.url.startsWith('file:')) {
    const { SqliteRecordStore } = await import('./sqlite/sqlite-record-store.js');
    return new SqliteRecordStore(options);
  }
  throw new RecordStoreError('unavailable', 'The record store URL must begin with mongodb:// or file:');
}
