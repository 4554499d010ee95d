import { constants, zstdCompressSync } from 'node:zlib';
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet';
import type { ArchivedRow } from './archived-row.js';
import { PlainRow } from './plain-row.js';
import type { RowWriter } from './row-writer.js';
import type { SpoolFile } from './spool-file.js';

/** A row group is written when its texts are this large. */
const ROW_GROUP_BYTES = 4 * 1024 * 1024;
/** What a row costs in memory beside its payload: the other texts, and six objects. */
const ROW_OVERHEAD_BYTES = 400;
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

const TEXTS = ['device_id', 'record_id', 'timestamp', 'received_at', 'data_payload'] as const;
const RARE_TEXTS = ['timestamp_sent', 'timestamp_source'] as const;
/** Columns by which readers leave row groups out. */
const SORTED: ReadonlySet<string> = new Set(['received_at']);

type TextColumn = (typeof TEXTS)[number] | (typeof RARE_TEXTS)[number];

function textElement(name: TextColumn, repetition: 'REQUIRED' | 'OPTIONAL'): SchemaElement {
  return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: repetition };
}

/** All texts are strings: `data_payload` is JSON text, times are RFC 3339 as they were sent. */
const SCHEMA: SchemaElement[] = [
  { name: 'record', num_children: TEXTS.length + 1 + RARE_TEXTS.length },
  ...TEXTS.map((name) => textElement(name, 'REQUIRED')),
  { name: 'offset', type: 'INT64', repetition_type: 'REQUIRED' },
  ...RARE_TEXTS.map((name) => textElement(name, 'OPTIONAL')),
];

/** Parquet with zstd, and a dictionary for each column in which one is shorter. */
export class ParquetRows implements RowWriter {
  readonly flushBytes = ROW_GROUP_BYTES;
  readonly #bytes = new ByteWriter();
  readonly #parquet: ParquetWriter;
  #rows: ArchivedRow[] = [];
  #buffered = 0;

  constructor(
    private readonly file: SpoolFile,
    writerId: string,
  ) {
    const writer = Object.assign(this.#bytes, { flush: () => undefined, finish: () => undefined });
    this.#parquet = new ParquetWriter({
      writer,
      schema: SCHEMA,
      codec: 'ZSTD',
      compressors: { ZSTD: (bytes) => zstdCompressSync(bytes, ZSTD) },
      kvMetadata: [{ key: 'sluice.writer', value: writerId }],
      createdBy: 'sluice',
    });
  }

  get bufferedBytes(): number {
    return this.#buffered;
  }

  add(row: ArchivedRow): void {
    const kept = row instanceof PlainRow ? row.copy() : row;
    this.#rows.push(kept);
    this.#buffered += kept.data_payload.length + ROW_OVERHEAD_BYTES;
  }

  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const rows = this.#rows;
    this.#rows = [];
    this.#buffered = 0;
    void this.#parquet.write({ columnData: columnsOf(rows), rowGroupSize: rows.length });
    await this.takeOut();
  }

  async finish(): Promise<void> {
    await this.flush();
    void this.#parquet.finish();
    await this.takeOut();
  }

  discard(): void {
    this.#rows = [];
  }

  /** Moves the bytes into the file. The writer goes on counting where they end, and keeps none of its memory. */
  private async takeOut(): Promise<void> {
    const bytes = this.#bytes.getBytes();
    const { buffer, view } = new ByteWriter();
    Object.assign(this.#bytes, { buffer, view, index: 0 });
    await this.file.append(bytes);
  }
}

/** Bytes are written several times as fast as strings; but where most values repeat, strings make the dictionary faster. */
function columnsOf(rows: readonly ArchivedRow[]) {
  return TEXTS.map((name): ColumnSource => {
    const data: ColumnSource['data'] = name === 'device_id' ? rows.map((row) => row[name]) : bytesOfEach(rows, name);
    return { name, data, statistics: SORTED.has(name) };
  }).concat(
    { name: 'offset', data: BigInt64Array.from(rows, ({ offset }) => BigInt(offset)), statistics: true },
    RARE_TEXTS.map((name) => ({ name, data: rows.map((row) => bytesOf(row[name])), statistics: false })),
  );
}

/** The texts of a column in one buffer: one for each text would be freed late, and memory grow by them. */
function bytesOfEach(rows: readonly ArchivedRow[], name: (typeof TEXTS)[number]): Uint8Array[] {
  const text = rows.map((row) => row[name]).join('');
  const { buffer, byteOffset, length } = Buffer.from(text);
  const isAscii = length === text.length;
  let at = byteOffset;
  return rows.map((row) => {
    const bytes = isAscii ? row[name].length : Buffer.byteLength(row[name]);
    at += bytes;
    return new Uint8Array(buffer, at - bytes, bytes);
  });
}

function bytesOf(text: string | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text);
}
