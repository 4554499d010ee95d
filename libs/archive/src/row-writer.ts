import type { ArchivedRow } from './archived-row.js';

/** Writes rows into a file of one format. Not for concurrent calls. */
export interface RowWriter {
  add(row: ArchivedRow): void;
  /** About how much memory holds rows that are not in the file yet, in bytes. */
  readonly bufferedBytes: number;
  /** More than this in memory is worth a {@link flush}. */
  readonly flushBytes: number;
  /** Writes what is in memory. @throws ArchiveError; the file is worthless then */
  flush(): Promise<void>;
  /** Makes the file complete. @throws ArchiveError; the file is worthless then */
  finish(): Promise<void>;
  /** Frees what the writer holds beside the file. Idempotent. */
  discard(): void;
}
