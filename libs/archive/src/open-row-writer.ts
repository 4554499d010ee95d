import { NdjsonRows } from './ndjson-rows.js';
import type { ArchiveFormat } from './object-key.js';
import { ParquetRows } from './parquet-rows.js';
import type { RowWriter } from './row-writer.js';
import type { SpoolFile } from './spool-file.js';

/** @param writerId in the file, so that no two files are the same, whatever their rows */
export function openRowWriter(format: ArchiveFormat, file: SpoolFile, writerId: string): RowWriter {
  return format === 'parquet' ? new ParquetRows(file, writerId) : new NdjsonRows(file, writerId);
}
