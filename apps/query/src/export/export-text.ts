import {
  encodeCursor,
  type JsonValue,
  pointerSteps,
  type RecordsCursor,
  type StoredRecord,
  stringifyExact,
  valueAtSteps,
} from '@sluice/contracts';
import { recordText } from '../record-text.js';
import type { ExportRequest } from './export-request.js';

/** Number of records between two lines with a cursor. */
const CURSOR_EVERY = 1_000;

/** The text of an export, built part by part. */
export interface ExportText {
  /** Before the first record. */
  readonly head: string;
  record(record: StoredRecord, place: RecordsCursor): string;
  /** After the last record. */
  readonly tail: string;
}

export function exportText({ format, columns, after }: ExportRequest): ExportText {
  return format === 'csv' ? new CsvText(columns, after !== undefined) : new NdjsonText();
}

/** A line for each record. */
class NdjsonText implements ExportText {
  readonly head = '';
  private count = 0;

  record(record: StoredRecord, place: RecordsCursor): string {
    this.count++;
    const line = `${recordText(record)}\n`;
    return this.count % CURSOR_EVERY === 0 ? `${line}{"sluice_cursor":"${encodeCursor(place)}"}\n` : line;
  }

  /** Without this line, the export is not complete. */
  get tail(): string {
    return `{"sluice_end":{"complete":true,"records":${this.count}}}\n`;
  }
}

const FIXED_COLUMNS = [
  ...['device_id', 'record_id', 'timestamp', 'timestamp_sent', 'timestamp_source', 'received_at', 'stored_at'],
] as const satisfies readonly (keyof StoredRecord)[];

/** RFC 4180. The continuation of an earlier export has no header. */
class CsvText implements ExportText {
  readonly head: string;
  readonly tail = '';
  private readonly paths: string[][];

  constructor(columns: readonly string[], isContinued: boolean) {
    this.paths = columns.map(pointerSteps);
    this.head = isContinued ? '' : `${[...FIXED_COLUMNS, ...columns].map(quoted).join(',')}\r\n`;
  }

  record(record: StoredRecord): string {
    const fixed = FIXED_COLUMNS.map((name) => textCell(record[name] ?? ''));
    const values = this.paths.map((path) => cellOf(valueAtSteps(record.data_payload, path)));
    return `${[...fixed, ...values].join(',')}\r\n`;
  }
}

/** A missing value and `null` are empty cells; objects and arrays are their JSON. */
function cellOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return textCell(value);
  return quoted(stringifyExact(value));
}

/** Beginnings of a text that a spreadsheet takes for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** A text that a spreadsheet would compute gets an apostrophe before it, which keeps it a text. */
function textCell(text: string): string {
  return quoted(FORMULA.test(text) ? `'${text}` : text);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
