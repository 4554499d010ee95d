import { type RecordStoreOptions, RecordStoreError, type RecordStore } from '@sluice/record-store';

/**
 * The one switch that selects the engine. The client of the other engine is never loaded.
 *
 * @throws RecordStoreError `invalid-url`
 */
export async function openRecordStore(options: RecordStoreOptions): Promise<RecordStore> {
  if (/^mongodb(\+srv)?:\/\//.test(options.url)) {
    const { MongoRecordStore } = await import('@sluice/record-store-mongo');
    return new MongoRecordStore(options);
  }
  if (options.url.startsWith('file:')) {
    const { SqliteRecordStore } = await import('@sluice/record-store-sqlite');
    return new SqliteRecordStore(options);
  }
  throw new RecordStoreError('invalid-url', 'The record store URL must begin with mongodb:// or file:');
}
