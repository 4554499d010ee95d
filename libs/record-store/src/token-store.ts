import type { JsonObject } from '@sluice/contracts';
import { RecordStoreError } from './record-store.js';

/**
 * Where tokens are kept, so that all gateways share them. Adapters: MongoDB (`libs/record-store-mongo`), one separate SQLite file
 * (`libs/record-store-sqlite`), which several processes may open at once. Every adapter passes the contract suite in `testing/`.
 */
export interface StoredToken {
  id: string;
  /** 1 for a new token, and one more with each change. */
  version: number;
  /** Only the code that checks tokens interprets it. Never a secret. */
  content: JsonObject;
}

export interface TokenUse {
  id: string;
  atMs: number;
}

/** One connection to a token store. */
export abstract class TokenStore {
  /**
   * A text that changes with every {@link put} that was resolved, by any process: while it stays the same, nothing has changed.
   * It also differs after the tokens were restored from a backup and changed since.
   *
   * @throws RecordStoreError `unavailable`, `closed`
   */
  abstract revision(): Promise<string>;
  /** All tokens, in the order of their ids. @throws RecordStoreError `unavailable`, `closed` */
  abstract list(): Promise<StoredToken[]>;
  /**
   * Stores a new token, or the next version of an existing one. Durable when it resolves.
   *
   * @returns false, and nothing is stored, if the existing version is not the one before: another process has changed it
   * @throws RecordStoreError `unavailable`, `closed`; it may have been stored then
   */
  abstract put(token: StoredToken): Promise<boolean>;
  /**
   * Stores when tokens were used last. This is not a change of the tokens: their revision stays. A time before the stored one is
   * ignored.
   *
   * @param uses at most 10,000; milliseconds since 1970
   * @throws RecordStoreError `unavailable`, `closed`
   */
  abstract noteUses(uses: readonly TokenUse[]): Promise<void>;
  /** By the ids of the tokens; tokens that were never used are left out. @throws RecordStoreError `unavailable`, `closed` */
  abstract lastUses(): Promise<Map<string, number>>;
  /** Like that of the record store; an embedded store without a file creates none. */
  async backup(path: string): Promise<void> {
    throw new RecordStoreError('invalid-url', `This token store is not a file, so it cannot be copied to ${path}.`);
  }

  /** Idempotent. */
  abstract close(): Promise<void>;
}
