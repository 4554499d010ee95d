import { Readable } from 'node:stream';
import { createGunzip, zstdDecompressSync } from 'node:zlib';
import { readExactJson, stringifyExact, type JsonObject } from '@sluice/contracts';
import type { AsyncBuffer } from 'hyparquet';
import { ArchiveError } from './archive-error.js';
import type { ArchivedRow } from './archived-row.js';
import { placeOf } from './object-key.js';
import type { ObjectStore } from './object-store.js';
import { SpoolFile } from './spool-file.js';

/**
 * The rows of one object, in the order of their offsets. The object is copied to a file first, and read a row group at a time.
 *
 * @throws ArchiveError `unreadable` if it is damaged, or not what this version writes
 */
export async function* readObject(store: ObjectStore, key: string, spoolDirectory: string): AsyncIterable<ArchivedRow> {
  const file = await SpoolFile.open(spoolDirectory);
  try {
    await file.fill(await store.read(key));
    yield* placeOf(key)?.format === 'parquet' ? parquetRows(file) : ndjsonRows(file);
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    const message = `The object ${key} cannot be read: ${(error as Error).message}.`;
    throw new ArchiveError('unreadable', message, { cause: error });
  } finally {
    await file.close();
  }
}

async function* ndjsonRows(file: SpoolFile): AsyncIterable<ArchivedRow> {
  const text = Readable.from(file.chunks()).compose(createGunzip()) as Readable;
  let rest = '';
  for await (const part of text.setEncoding('utf8')) {
    const lines = (rest + part).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield rowOfLine(line);
  }
  if (rest !== '') throw new Error('its last line has no end');
}

function rowOfLine(line: string): ArchivedRow {
  const { data_payload, ...fields } = readExactJson(line) as JsonObject;
  return { ...(fields as unknown as ArchivedRow), data_payload: stringifyExact(data_payload) };
}

async function* parquetRows(file: SpoolFile): AsyncIterable<ArchivedRow> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const buffer: AsyncBuffer = {
    byteLength: file.bytes,
    slice: async (start, end = file.bytes) => toArrayBuffer(await file.slice(start, end)),
  };
  const metadata = await parquetMetadataAsync(buffer);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const compressors = { ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes) };
    for (const row of await parquetReadObjects({ file: buffer, metadata, rowStart, rowEnd, compressors }))
      yield rowOfColumns(row as Record<string, unknown>);
    rowStart = rowEnd;
  }
}

function rowOfColumns(columns: Record<string, unknown>): ArchivedRow {
  const given = Object.entries(columns).filter(([, value]) => value !== null && value !== undefined);
  return { ...(Object.fromEntries(given) as unknown as ArchivedRow), offset: Number(columns['offset']) };
}

function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
