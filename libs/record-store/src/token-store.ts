import type { JsonObject } from '@sluice/contracts';
import { RecordStoreError } from './record-store.js';

/**
 * Where tokens are kept, so that all gateways share them. Adapters: MongoDB (`mongo/`), one SQLite file of its own (`sqlite/`), which
 * several processes may open at once. Every adapter passes the contract suite in `testing/`.
 */
export interface StoredToken {
  id: string;
  /** 1 for a new token, and one more with each change. */
  version: number;
  /** Its meaning is the business of whoever checks tokens. Never a secret. */
  content: JsonObject;
}

export interface TokenUse {
  id: string;
  atMs: number;
}

/** One connection to a store of tokens. */
export abstract class TokenStore {
  /**
   * A text that is another one after every {@link put} that was resolved, by any process: while it stays, nothing has changed. It also
   * differs after the tokens were restored from a backup and changed since.
   *
   * @throws RecordStoreError `unavailable`, `closed`
   */
  abstract revision(): Promise<string>;
  /** All tokens, in the order of their ids. @throws RecordStoreError `unavailable`, `closed` */
  abstract list(): Promise<StoredToken[]>;
  /**
   * Stores a new token, or the next version of one that is there. Durable when it resolves.
   *
   * @returns false, and nothing is stored, if the token that is there is not of the version before: somebody else has changed it
   * @throws RecordStoreError `unavailable`, `closed`; it may have been stored then
   */
  abstract put(token: StoredToken): Promise<boolean>;
  /**
   * Writes down when tokens were used last. It is no change of the tokens: their revision stays. An earlier time than the one that is
   * there changes nothing.
   *
   * @param uses at most 10,000; milliseconds since 1970
   * @throws RecordStoreError `unavailable`, `closed`
   */
  abstract noteUses(uses: readonly TokenUse[]): Promise<void>;
  /** By the ids of the tokens; those that were never used are left out. @throws RecordStoreError `unavailable`, `closed` */
  abstract lastUses(): Promise<Map<string, number>>;
  /** As that of the record store; an embedded store without a file yet makes none. */
  async backup(path: string): Promise<void> {
    throw new RecordStoreError('invalid-url', `This token store is not a file, so it cannot be copied to ${path}.`);
  }

  /** Idempotent. */
  abstract close(): Promise<void>;
}
