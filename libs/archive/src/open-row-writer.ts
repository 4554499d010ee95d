import { NdjsonRows } from './ndjson-rows.js';
import type { ArchiveFormat } from './object-key.js';
import type { RowWriter } from './row-writer.js';
import type { SpoolFile } from './spool-file.js';

/** @param writerId in the file, so that no two files are the same, whatever their rows */
export async function openRowWriter(format: ArchiveFormat, file: SpoolFile, writerId: string): Promise<RowWriter> {
  if (format !== 'parquet') return new NdjsonRows(file, writerId);
  // Read only where it is used, so that every other start is faster.
  const { ParquetRows } = await import('./parquet-rows.js');
  return new ParquetRows(file, writerId);
}
