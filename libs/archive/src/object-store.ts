import type { Readable } from 'node:stream';
import type { SpoolFile } from './spool-file.js';

/** An object that is there. */
export interface StoredObject {
  /** Below the prefix of the store, such as `date=2026-01-31/hour=07/partition=00/00000000000000000000.parquet`. */
  key: string;
  bytes: number;
  /** When the store got it, in milliseconds since 1970, by the clock of the store. */
  storedAtMs: number;
}

/** Names one content of one object: another content has another tag. S3: the ETag. */
export type ObjectTag = string;

/**
 * The port to object storage: whole objects by key, no rename, no append. Adapters: files (`file:`) and S3 (`s3:`). Every adapter
 * passes the contract suite in `testing/`, and throws nothing but {@link ArchiveError}.
 */
export abstract class ObjectStore {
  /** Where objects go, for people; without a secret. */
  abstract readonly location: string;

  /** Resolves if the store answers and lets this login look. */
  abstract check(): Promise<void>;

  /** The tag of the content under this key; `undefined` if there is none. */
  abstract tagOf(key: string): Promise<ObjectTag | undefined>;

  /**
   * Puts the whole file under the key, or nothing: no reader ever sees a part of it. Resolves when it is durable. An error says
   * nothing of whether the file arrived: it may still appear later, under the same condition.
   *
   * @param expected the tag that the content must have which is replaced; `undefined`: there must be none
   * @param signal aborted: reject soon
   * @throws ArchiveError `conflict` if the content is another; then nothing is changed
   */
  abstract put(key: string, file: SpoolFile, expected: ObjectTag | undefined, signal: AbortSignal): Promise<void>;

  /** The objects whose keys begin with the prefix, in the order of their keys. */
  abstract list(prefix: string): AsyncIterable<StoredObject>;

  /** The content of an object. */
  abstract read(key: string): Promise<Readable>;

  /** Removes an object; no error if there is none. The archiver never does. @throws ArchiveError `denied` without that right */
  abstract remove(key: string): Promise<void>;

  /** Idempotent. */
  abstract close(): void;
}
