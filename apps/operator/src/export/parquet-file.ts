import { renameSync } from 'node:fs';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import { parseTimestamp, pointerSteps, type StoredRecord, stringifyExact, valueAtSteps } from '@sluice/contracts';
import { type ExportFile, partialOf, requireFree } from './export-file.js';
import type { ExportedRecord } from './export-lines.js';

/** A row group is written when it has so many rows, or so many characters of payloads. */
const GROUP_ROWS = 20_000;
const GROUP_CHARACTERS = 32 * 1024 * 1024;

interface Column {
  element: ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];
  of: (record: StoredRecord) => unknown;
}

const text = (name: string, of: Column['of'], repetition_type: 'REQUIRED' | 'OPTIONAL' = 'REQUIRED'): Column => ({
  element: { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type },
  of,
});
const instant = (name: string, of: (record: StoredRecord) => string): Column => ({
  element: { name, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'REQUIRED' },
  of: (record) => new Date(parseTimestamp(of(record))!),
});

const COLUMNS: readonly Column[] = [
  text('device_id', ({ device_id }) => device_id),
  text('record_id', ({ record_id }) => record_id),
  instant('timestamp', ({ timestamp }) => timestamp),
  text('timestamp_text', ({ timestamp }) => timestamp),
  text('timestamp_sent', ({ timestamp_sent }) => timestamp_sent, 'OPTIONAL'),
  text('timestamp_source', ({ timestamp_source }) => timestamp_source, 'OPTIONAL'),
  instant('received_at', ({ received_at }) => received_at),
  instant('stored_at', ({ stored_at }) => stored_at),
  text('data_payload', ({ data_payload }) => stringifyExact(data_payload)),
];

/** A column of doubles: the numbers at one place of the payloads, and null where there is none. */
function numbers(pointer: string): Column {
  const steps = pointerSteps(pointer);
  return {
    element: { name: pointer, type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    of: ({ data_payload }) => {
      const value = valueAtSteps(data_payload, steps);
      return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
    },
  };
}

/** Apache Parquet: the members of a record as columns, its payload as JSON, and numbers of the payload as separate columns. */
export class ParquetFile implements ExportFile {
  readonly after = undefined;
  private readonly columns: readonly Column[];
  private readonly writer: ParquetWriter;
  private rows: StoredRecord[] = [];
  private characters = 0;

  /** @param pointers JSON Pointers into the payload. @throws CommandError if the file is there already */
  constructor(
    private readonly path: string,
    pointers: readonly string[],
  ) {
    requireFree(path);
    this.columns = [...COLUMNS, ...pointers.map(numbers)];
    const root = { name: 'root', num_children: this.columns.length };
    const schema = [root, ...this.columns.map(({ element }) => element)];
    this.writer = new ParquetWriter({ writer: fileWriter(partialOf(path)), schema, createdBy: 'sluice' });
  }

  add({ record, line }: ExportedRecord): void {
    this.rows.push(record);
    this.characters += line.length;
    if (this.rows.length >= GROUP_ROWS || this.characters >= GROUP_CHARACTERS) this.flush();
  }

  finish(): void {
    this.flush();
    void this.writer.finish();
    renameSync(partialOf(this.path), this.path);
  }

  /** A file without its end cannot be read: the next run begins it again. */
  close(): void {}

  private flush(): void {
    if (this.rows.length === 0) return;
    const columnData = this.columns.map(({ element: { name }, of }) => ({ name, data: this.rows.map(of) }));
    void this.writer.write({ columnData, rowGroupSize: this.rows.length });
    this.rows = [];
    this.characters = 0;
  }
}
