import { type TokenStoreOptions, RecordStoreError, type TokenStore } from '@sluice/record-store';

/** The one switch: tokens are kept where the records are. @throws RecordStoreError `invalid-url` */
export async function openTokenStore(options: TokenStoreOptions): Promise<TokenStore> {
  if (/^mongodb(\+srv)?:\/\//.test(options.url)) {
    const { MongoTokenStore } = await import('@sluice/record-store-mongo');
    return new MongoTokenStore(options);
  }
  if (options.url.startsWith('file:')) {
    const { SqliteTokenStore } = await import('@sluice/record-store-sqlite');
    return new SqliteTokenStore(options);
  }
  throw new RecordStoreError('invalid-url', 'The record store URL must begin with mongodb:// or file:');
}
