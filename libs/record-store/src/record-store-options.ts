import type { StoreLogger } from './store-trouble.js';

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
  logger?: StoreLogger;
}

export type TokenStoreOptions = Pick<RecordStoreOptions, 'url' | 'clientId' | 'timeoutMs' | 'logger'>;
