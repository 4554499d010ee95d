import type { IngestEvent } from '@sluice/contracts';
import type { DocumentStore } from './document-store.js';
import type { RecordReader } from './record-reader.js';
import type { StoreTrouble } from './store-trouble.js';

/**
 * The writing side of the record store. Adapters: MongoDB (`libs/record-store-mongo`), one SQLite file
 * (`libs/record-store-sqlite`). Every adapter passes the contract suite in `testing/`.
 */
export interface RecordToStore {
  /** Its fields are read by name: those of a plain event are made when they are read. */
  event: IngestEvent;
  /** Where the event log has it. */
  source: { partition: number; offset: number };
}

/**
 * The outcome of one record. `stored`: durable now. `already-stored`: the same key with the same timestamp and payload exists.
 * `conflict`: the same key exists with another timestamp or payload; the first stays. `refused`: the store can never accept it.
 */
export type WriteOutcome =
  | { status: 'stored' }
  | { status: 'already-stored' }
  | { status: 'conflict'; detail: string }
  | { status: 'refused'; detail: string };

export interface RecordWriter {
  /**
   * Writes a batch; the key is `device_id` and `record_id` together. Resolves with an outcome for each record, in their order,
   * once the stored ones are durable (MongoDB: majority, journaled). Of two records with one key in one batch, the first is
   * stored. Always settles within the adapter's write deadline.
   *
   * @throws RecordStoreError `unavailable` if a retry may succeed: store unavailable, timeout, not primary. Any part may have
   * been written by then; writing the same batch again is harmless.
   */
  write(records: readonly RecordToStore[], storedAtMs: number): Promise<WriteOutcome[]>;
}

/** What a service uses the store for. */
export type StoreUse = 'tokens' | 'write' | 'read' | 'prepare';

export interface StoreExamination {
  /** Missing rights, each with the command that grants it. `otherwise`: what does not work without an optional one. */
  missing: { right: string; command: string; otherwise?: string }[];
  /** False if the store does not report which rights a login has. */
  isKnown: boolean;
  /** How far the clock of the store is ahead of this one, in milliseconds; left out if unknown. */
  skewMs?: number;
}

/**
 * One connection to a store, and everything that uses it. One for each process. An abstract class, so that it is its own
 * injection token.
 */
export abstract class RecordStore {
  abstract readonly writer: RecordWriter;
  abstract readonly reader: RecordReader;
  abstract readonly documents: DocumentStore;
  /** Creates missing collections, tables and indexes. Idempotent. @throws RecordStoreError `unavailable` */
  abstract prepare(): Promise<void>;
  /**
   * The objects that {@link prepare} would create, one sentence each with the command that creates it; empty if none is missing.
   * Creates nothing, except that an embedded store creates its tables: no other process can.
   *
   * @throws RecordStoreError `unavailable`
   */
  async missing(): Promise<string[]> {
    await this.prepare();
    return [];
  }
  /**
   * Which rights this login lacks for a use of the store. Changes nothing. A store without logins lacks this method.
   *
   * @throws RecordStoreError `unavailable`
   */
  examine?(use: StoreUse): Promise<StoreExamination>;
  /** Resolves if the store answers. @throws RecordStoreError `unavailable` */
  abstract ping(): Promise<void>;
  /** Why the last call failed, if known; `undefined` while the store answers. */
  get trouble(): StoreTrouble | undefined {
    return undefined;
  }
  /**
   * Copies the whole store to a new file while it is in use: a concurrent write is in the copy as a whole or not at all.
   *
   * @param path of the copy, which must not exist
   * @throws RecordStoreError `invalid-url` for an engine that is backed up with its own tools; `unavailable`
   */
  async backup(path: string): Promise<void> {
    throw new RecordStoreError('invalid-url', `This record store is not a file, so it cannot be copied to ${path}.`);
  }

  /** Idempotent. */
  abstract close(): Promise<void>;
}

/** `invalid-url`: no engine can use the URL, and waiting does not help. */
export type RecordStoreErrorCode = 'unavailable' | 'closed' | 'invalid-url';

export class RecordStoreError extends Error {
  override readonly name = 'RecordStoreError';
  /** Why the store is `unavailable`, if known. */
  readonly trouble: StoreTrouble | undefined;

  constructor(
    readonly code: RecordStoreErrorCode,
    message: string,
    options: ErrorOptions & { trouble?: StoreTrouble } = {},
  ) {
    super(message, options);
    this.trouble = options.trouble;
  }
}
