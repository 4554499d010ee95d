import type { RecordStoreOptions } from './open-record-store.js';
import { RecordStoreError } from './record-store.js';
import type { TokenStore } from './token-store.js';

export type TokenStoreOptions = Pick<RecordStoreOptions, 'url' | 'clientId' | 'timeoutMs' | 'log'>;

/** The one switch: tokens are kept where the records are. */
export async function openTokenStore(options: TokenStoreOptions): Promise<TokenStore> {
  if (/^mongodb(\+srv)?:\/\//.test(options.url)) {
    const { MongoTokenStore } = await import('./mongo/mongo-token-store.js');
    return new MongoTokenStore(options);
  }
  if (options.url.startsWith('file:')) {
    const { SqliteTokenStore } = await import('./sqlite/sqlite-token-store.js');
    return new SqliteTokenStore(options);
  }
  throw new RecordStoreError('unavailable', 'The record store URL must begin with mongodb:// or file:');
}
