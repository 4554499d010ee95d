import type { JsonObject } from '@sluice/contracts';

/**
 * Small documents about the operation of the service, beside the records: who did what (`audit`), what was decided about a dead
 * letter (`dispositions`), redrives and their plans (`redrives`), backups that were made (`backups`), how far a move from another
 * store is (`moves`). Every adapter passes the contract suite in `testing/`.
 */
export const DOCUMENT_COLLECTIONS = ['audit', 'dispositions', 'redrives', 'backups', 'moves'] as const;
export type DocumentCollection = (typeof DOCUMENT_COLLECTIONS)[number];

export interface StoredDocument {
  /** 1..512 characters. Documents are ordered by it, bytewise. */
  id: string;
  /** 1 for a new document, and one more with each change. */
  version: number;
  /** Only its writer interprets it. Never a secret. */
  content: JsonObject;
}

/** Documents whose ids are in a range. A bound that is left out does not limit it. */
export interface DocumentRange {
  /** First id. */
  from?: string;
  /** First id that is no longer in the range. */
  to?: string;
}

export interface DocumentStore {
  /**
   * Stores new documents as version 1; documents with existing ids do not change. Durable when it resolves; at most 1000 at once.
   *
   * @throws RecordStoreError `unavailable`; some may have been stored then, and adding them again is harmless
   */
  add(collection: DocumentCollection, documents: readonly Omit<StoredDocument, 'version'>[]): Promise<void>;
  /**
   * Stores a new document (version 1), or the next version of an existing one. Durable when it resolves.
   *
   * @returns false, and nothing is stored, if the existing version is not the one before: another process has changed it
   * @throws RecordStoreError `unavailable`; it may have been stored then
   */
  put(collection: DocumentCollection, document: StoredDocument): Promise<boolean>;
  /** @throws RecordStoreError `unavailable` */
  find(collection: DocumentCollection, id: string): Promise<StoredDocument | undefined>;
  /**
   * The first documents of a range by ascending id, or the last ones by descending id.
   *
   * @param limit 1..1000
   * @throws RecordStoreError `unavailable`
   */
  list(
    collection: DocumentCollection,
    range: DocumentRange,
    limit: number,
    order?: 'ascending' | 'descending',
  ): Promise<StoredDocument[]>;
  /**
   * Removes documents; those that are not there change nothing.
   *
   * @param ids at most 1000
   * @throws RecordStoreError `unavailable`; some may have been removed then
   */
  remove(collection: DocumentCollection, ids: readonly string[]): Promise<void>;
  /** @throws RecordStoreError `unavailable` */
  count(collection: DocumentCollection, range: DocumentRange): Promise<number>;
}
