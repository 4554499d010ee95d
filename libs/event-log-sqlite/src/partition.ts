import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { keepingLast } from '@sluice/contracts';
import { EventLogError, type LogEntry, type LogRecord } from '@sluice/event-log';
import { isDamage, readingError } from './sqlite-errors.js';

/** A read runs in steps and ends with the step that exceeds the bytes, so that a call never blocks the process for long. */
const READ_STEP_ENTRIES = 100;
const READ_LIMIT_BYTES = 4 * 1024 * 1024;
/** How many of the last entries are checked when the log is opened. */
const TAIL_ENTRIES = 1000;

/**
 * The size of an entry, as {@link Partition.bytes} counts it. The row has the length of a value; the value itself is not read for
 * it.
 */
const ENTRY_BYTES = 'coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0) + octet_length(headers)';

/** A row as an array: twice as fast to read as one with column names. */
type EntryRow = [
  offset: number,
  key: Uint8Array | null,
  value: Uint8Array | null,
  headers: string,
  timestampMs: number,
];

export interface PartitionRow {
  id: number;
  topic: string;
  number: number;
  low: number;
}

type SizeRow = Pick<Partition, 'low' | 'high' | 'bytes'>;

/** One partition: its entries in a separate table, and the range of their offsets. */
export class Partition {
  readonly id: number;
  readonly topic: string;
  readonly number: number;
  /** First offset that is kept. Like {@link high}, changed by the code that committed the transaction. */
  low: number;
  /** Offset after the last entry. */
  high: number;
  /** Bytes of the keys, values and headers of all entries that are kept. Changed like {@link low}. */
  bytes: number;

  private readonly insertEntry: StatementSync;
  private readonly selectRange: StatementSync;
  private readonly selectNext: StatementSync;
  private readonly selectYoung: StatementSync;
  private readonly deleteBelow: StatementSync;
  private readonly selectFirst: StatementSync;
  private readonly selectSizes: StatementSync;
  private readonly sumSizes: StatementSync;

  static createTable(database: DatabaseSync, id: number | bigint): void {
    database.exec(
      `CREATE TABLE entries_${id} (
        "offset" INTEGER PRIMARY KEY, key BLOB, value BLOB, headers TEXT NOT NULL, timestamp_ms INTEGER NOT NULL
      )`,
    );
  }

  constructor(
    private readonly database: DatabaseSync,
    row: PartitionRow,
  ) {
    this.id = row.id;
    this.topic = row.topic;
    this.number = row.number;
    this.low = row.low;
    const table = `entries_${row.id}`;
    this.insertEntry = database.prepare(`INSERT INTO ${table} VALUES (?, ?, ?, ?, ?)`);
    this.selectRange = database.prepare(
      `SELECT "offset", key, value, headers, timestamp_ms FROM ${table} WHERE "offset" >= ? AND "offset" < ? ORDER BY "offset"`,
    );
    this.selectRange.setReturnArrays(true);
    this.selectNext = database.prepare(`SELECT min("offset") AS "offset" FROM ${table} WHERE "offset" >= ?`);
    this.selectYoung = database.prepare(
      `SELECT min("offset") AS "offset" FROM ${table} WHERE "offset" < ? AND timestamp_ms >= ?`,
    );
    this.deleteBelow = database.prepare(`DELETE FROM ${table} WHERE "offset" < ?`);
    this.selectFirst = database.prepare(
      `SELECT timestamp_ms FROM ${table} WHERE "offset" >= ? ORDER BY "offset" LIMIT 1`,
    );
    this.selectSizes = database.prepare(
      `SELECT "offset", ${ENTRY_BYTES} AS bytes FROM ${table} WHERE "offset" >= ? AND "offset" < ? ORDER BY "offset"`,
    );
    this.sumSizes = database.prepare(
      `SELECT coalesce(sum(${ENTRY_BYTES}), 0) AS bytes FROM ${table} WHERE "offset" >= ? AND "offset" < ?`,
    );
    this.high = this.findHigh(table);
    this.bytes = this.findBytes();
  }

  /**
   * Adds up the entries since the size was stored; all of them, if entries were removed since. Damage is left to the readers of
   * the entries: a count of bytes must not prevent a start.
   */
  private findBytes(): number {
    const select = 'SELECT low, high, bytes FROM partition_sizes WHERE partition_id = ?';
    const known = this.database.prepare(select).get(this.id) as SizeRow | undefined;
    const isUsable = known !== undefined && known.low === this.low && known.high <= this.high;
    const { high, bytes } = isUsable ? known : { high: this.low, bytes: 0 };
    try {
      return bytes + this.bytesIn(high, this.high);
    } catch (error) {
      if (isDamage(error)) return bytes;
      throw error;
    }
  }

  /** Reads the tail too: if the file was cut or overwritten there, the error comes at the start and not when it is too late. */
  private findHigh(table: string): number {
    const tail = `SELECT * FROM ${table} ORDER BY "offset" DESC LIMIT ${TAIL_ENTRIES}`;
    const last = this.database.prepare(`SELECT max("offset") AS "offset", sum(length(value)) FROM (${tail})`).get();
    return last?.['offset'] == null ? this.low : Number(last['offset']) + 1;
  }

  /** Runs in the caller's transaction. @returns the bytes of the entry */
  insert(offset: number, { key, value, headers, timestampMs }: LogEntry): number {
    const { text, bytes } = writtenHeaders(headers);
    this.insertEntry.run(offset, key, value, text, timestampMs);
    return sizeOf({ key, value }) + bytes;
  }

  /**
   * The records from `from` up to before `to`; fewer if there are many or they are large, none only if there are none.
   *
   * @throws EventLogError `fatal` if the first of them is missing or the file is damaged: a gap is never skipped silently
   */
  read(from: number, to: number, maxRecords: number): LogRecord[] {
    const first = Math.max(from, this.low);
    const end = Math.min(to, this.high, first + maxRecords);
    if (first >= end) return [];
    try {
      const records = this.readUpToGap(first, end);
      if (records.length === 0) throw this.gapAt(first);
      return records;
    } catch (error) {
      throw readingError(error as Error, this.file);
    }
  }

  private readUpToGap(first: number, end: number): LogRecord[] {
    const records: LogRecord[] = [];
    let bytes = 0;
    for (let next = first; next < end && bytes <= READ_LIMIT_BYTES; next += READ_STEP_ENTRIES) {
      const rows = this.selectRange.all(next, Math.min(end, next + READ_STEP_ENTRIES)) as unknown as EntryRow[];
      for (const row of rows) {
        const record = this.toRecord(row);
        if (record.offset !== first + records.length) return records;
        records.push(record);
        bytes += sizeOf(record);
      }
    }
    return records;
  }

  /** Offset of the first entry below `limit` that is stamped at `sinceMs` or later; `limit` if there is none. */
  firstSince(sinceMs: number, limit: number): number {
    const young = this.selectYoung.get(limit, sinceMs)?.['offset'] as number | null;
    return young ?? limit;
  }

  /** Time stamp of the oldest entry; `undefined` if there is none. */
  get oldestMs(): number | undefined {
    return this.low === this.high
      ? undefined
      : (this.selectFirst.get(this.low)?.['timestamp_ms'] as number | undefined);
  }

  /** Bytes of the entries from `from` up to before `to`. */
  bytesIn(from: number, to: number): number {
    return from >= to ? 0 : Number(this.sumSizes.get(from, to)!['bytes']);
  }

  /**
   * The offset up to which the oldest entries below `limit` have to be removed to free at least `bytes`; `limit` if they are
   * fewer.
   */
  offsetAfter(bytes: number, limit: number): number {
    let left = bytes;
    for (const row of this.selectSizes.all(this.low, limit)) {
      left -= Number(row['bytes']);
      if (left <= 0) return Number(row['offset']) + 1;
    }
    return limit;
  }

  /** Runs in the caller's transaction. */
  delete(below: number): void {
    this.deleteBelow.run(below);
  }

  private toRecord([offset, key, value, headers, timestampMs]: EntryRow): LogRecord {
    return {
      topic: this.topic,
      partition: this.number,
      offset,
      key: bytesOf(key),
      value: bytesOf(value),
      headers: readHeaders(headers),
      timestampMs,
    };
  }

  private get file(): string {
    return this.database.location() ?? 'the event log';
  }

  private gapAt(offset: number): EventLogError {
    const next = this.selectNext.get(offset)?.['offset'] ?? this.high;
    const detail = `${this.file} has lost the entries ${offset} to ${Number(next) - 1} of ${this.topic}, partition ${this.number}.`;
    const repair =
      'Restore the file from a backup, or, to go on without them, stop the process and run: ' +
      `sqlite3 ${this.file} "UPDATE positions SET next_offset = ${next} WHERE partition_id = ${this.id} AND next_offset = ${offset}; ` +
      `UPDATE partitions SET low = ${next} WHERE id = ${this.id} AND low = ${offset}"`;
    return new EventLogError('fatal', `${detail} ${repair}`);
  }
}

interface WrittenHeaders {
  text: string;
  bytes: number;
}

/** The records of one submission share their headers. */
const writtenHeaders = keepingLast((headers: LogEntry['headers']): WrittenHeaders => {
  const text = JSON.stringify(headers);
  return { text, bytes: Buffer.byteLength(text) };
});

/** Most entries of a partition have the headers of the one before: they share one object. */
const readHeaders = keepingLast((text: string): LogRecord['headers'] =>
  Object.freeze(JSON.parse(text) as Record<string, string>),
);

/** Bytes of key and value. */
export function sizeOf({ key, value }: Pick<LogEntry, 'key' | 'value'>): number {
  return (key?.byteLength ?? 0) + (value?.byteLength ?? 0);
}

/** The same memory as a Buffer; nothing is copied. */
function bytesOf(bytes: Uint8Array | null): Buffer | null {
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
