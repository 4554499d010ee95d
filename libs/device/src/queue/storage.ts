import type { LogEntry } from '../signals.js';

/** A record as the storage holds it. Keys are whole numbers that grow in the order of reporting. */
export interface StoredRecord {
  key: number;
  recordId: string;
  text: string;
}

/** Where waiting records are kept beside the queue in memory, so that they outlive the process. */
export interface Storage {
  /** What was waiting when the storage was opened, oldest first. */
  readonly recovered: readonly StoredRecord[];
  /** What opening it found that a person should know. */
  readonly findings: readonly LogEntry[];
  /** Resolves when the record is durable. @throws DeviceError `queue-file-unwritable`; the storage tries again with what comes next */
  append(record: StoredRecord): Promise<void>;
  /** Forgets records. One that comes back after a crash is sent again under its id, which doubles nothing. */
  remove(keys: readonly number[]): Promise<void>;
  /** Whether the next process will find this record. */
  keeps(key: number): boolean;
  /** Finishes what is in progress. Never rejects; idempotent. */
  close(): Promise<void>;
}

/** Keeps nothing: the queue in memory is all there is. */
export const memoryStorage: Storage = {
  recovered: [],
  findings: [],
  append: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  keeps: () => false,
  close: () => Promise.resolve(),
};
