import type { StoreLogger } from './store-trouble.js';

export interface RecordStoreOptions {
  /** `mongodb://...`, `mongodb+srv://...` or `file:<directory>`. */
  url: string;
  /** Client name that the server shows. */
  clientId: string;
  /** A write or a read settles within this time. */
  timeoutMs: number;
  /** Name of the collection of records on MongoDB. Default: `records`. */
  collection?: string;
  /** Which members of a replica set answer reads of records. Default: the primary. Writes and tokens always use the primary. */
  readPreference?: ReadPreference;
  /** Stored records are removed this long after `received_at`; `undefined`: never. */
  expireAfterSeconds?: number;
  /** Receives one line when the store becomes unavailable, with the cause, and one when it is back; no secrets. */
  logger?: StoreLogger;
}

/** As MongoDB names them. */
export type ReadPreference = 'primary' | 'primaryPreferred' | 'secondary' | 'secondaryPreferred' | 'nearest';

export type TokenStoreOptions = Pick<RecordStoreOptions, 'url' | 'clientId' | 'timeoutMs' | 'logger'>;
