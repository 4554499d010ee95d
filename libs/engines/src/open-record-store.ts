import { type RecordStoreOptions, RecordStoreError, type RecordStore } from '@sluice/record-store';

/** The one switch: which engine stands behind the port. The other engine's client is never loaded. */
export async function openRecordStore(options: RecordStoreOptions): Promise<RecordStore> {
  if (/^mongodb(\+srv)?:\/\//.test(options.url)) {
    const { MongoRecordStore } = await import('@sluice/record-store-mongo');
    return new MongoRecordStore(options);
  }
  if (options.url.startsWith('file:')) {
    const { SqliteRecordStore } = await import('@sluice/record-store-sqlite');
    return new SqliteRecordStore(options);
  }
  throw new RecordStoreError('unavailable', 'The record store URL must begin with mongodb:// or file:');
}
