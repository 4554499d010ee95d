import {
  deviceKey,
  instantOf,
  payloadTextOf,
  readExactJson,
  recordKey,
  type StoredRecord,
  type TimestampSource,
} from '@sluice/contracts';
import type { RecordToStore, SampledValue } from '@sluice/record-store';
import type { CallFailure } from './sqlite-trouble.js';

/** One record as a row of the file. Instants are milliseconds since 1970. */
export interface RecordRow extends FirstRow {
  /** See `recordKey`. */
  key: string;
  device_id: string;
  /** The instant of `timestamp`, negated, so that one ascending index reads the newest first. */
  minus_timestamp_ms: number;
  received_at_ms: number;
  stored_at_ms: number;
  timestamp_sent: string | null;
  source_partition: number;
  source_offset: number;
}

/** The part of a row that decides whether a repeated record is the same. */
export interface FirstRow {
  timestamp_text: string;
  timestamp_source: TimestampSource | null;
  /** JSON text. */
  payload: string;
}

/**
 * New rows, a list for each column: that costs a tenth of what an object for each row costs to pass to the thread. Numbers and texts at
 * one index are one row.
 */
export interface RowColumns {
  stored_at_ms: number;
  key: string[];
  device_id: string[];
  minus_timestamp_ms: Float64Array;
  timestamp_text: string[];
  timestamp_sent: (string | null)[];
  timestamp_source: (TimestampSource | null)[];
  received_at_ms: Float64Array;
  payload: string[];
  source_partition: Int32Array;
  source_offset: Float64Array;
}

/** A new row whose key another row has already: its index, and that row. */
export type RepeatedRow = [index: number, first: FirstRow];

/** A page of rows: of one device or of all, after a position in the order of pages, up to the oldest instant. */
export interface RowRange {
  deviceId: string | null;
  behind: { minusTimestampMs: number; key: string };
  lastMinusTimestampMs: number;
  /** At least 1. */
  limit: number;
  /** The page ends with the row whose payload reaches this size. */
  maxBytes: number;
}

export interface RowPage {
  rows: RecordRow[];
  /** Whether the range has more rows. */
  hasMore: boolean;
}

/** A page of rows by the time of their receipt, newest first, after a position, down to the first instant. */
export interface ReceiptRange {
  deviceId: string | null;
  /** Rows that were received before this instant, or at it with a greater key. */
  behind: { receivedAtMs: number; key: string };
  firstReceivedAtMs: number;
  limit: number;
  maxBytes: number;
}

/** Devices whose ids are greater than `after`, and not less than `from`, up to and without `to`. */
interface DeviceRange {
  after: string;
  from: string;
  to: string;
  limit: number;
  /** Of a timestamp that is not ahead: see {@link RecordRow.minus_timestamp_ms}. */
  firstMinusTimestampMs: number;
}

export interface DeviceRow {
  deviceId: string;
  lastTimestamp: string | null;
  lastReceivedAtMs: number;
}

interface LatestRows {
  row: RecordRow | undefined;
  ahead: RecordRow | undefined;
}

/** The values at a path in the payloads of a page of rows of one device. */
interface ValueRange extends RowRange {
  deviceId: string;
  path: readonly string[];
}

export interface RowValues {
  timestampsMs: number[];
  values: SampledValue[];
  /**
   * Payloads that the thread leaves to its caller, because JSON.parse might read them wrongly; each with its index in the lists.
   */
  unread: [index: number, payload: string][];
  /** Key of the last row. */
  lastKey: string;
  hasMore: boolean;
}

/** A document as a row of the file. */
export interface DocumentRow {
  id: string;
  version: number;
  /** JSON text. */
  content: string;
}

/** Documents of one collection whose ids are in a range; `to` is `null` where there is no end. */
export interface DocumentRowRange {
  collection: string;
  from: string;
  to: string | null;
}

/** The calls of the thread that owns the file. One call is one transaction. */
export interface RecordCalls {
  /** Opens the file, which may have to be migrated to this release first. */
  prepare(): void;
  ping(): void;
  /** Inserts all rows whose keys are new; returns the others. */
  insert(columns: RowColumns): RepeatedRow[];
  find(key: string): RecordRow | undefined;
  page(range: RowRange): RowPage;
  pageByReceipt(range: ReceiptRange): RowPage;
  devices(range: DeviceRange): DeviceRow[];
  latest(asked: { deviceId: string; firstMinusTimestampMs: number }): LatestRows;
  values(range: ValueRange): RowValues;
  /** Removes some of the rows that were received before this instant; returns how many. None are left when it returns 0. */
  removeExpired(receivedBeforeMs: number): number;
  /** For each document whether it was stored: a new one, or the next version of one that is there. */
  putDocuments(put: { collection: string; rows: DocumentRow[] }): boolean[];
  listDocuments(range: DocumentRowRange & { limit: number; isDescending: boolean }): DocumentRow[];
  removeDocuments(remove: { collection: string; ids: readonly string[] }): void;
  countDocuments(range: DocumentRowRange): number;
  /** Copies the whole file to this path, which must be free. */
  backup(path: string): Promise<void>;
  /** After the write-ahead log was deleted: moves all of it into the database and creates a new one. */
  remakeWal(): void;
  /** Moves all of the write-ahead log into the database. */
  emptyWal(): void;
  close(): void;
}

export interface RecordThreadData {
  file: string;
}

export interface RecordRequest {
  id: number;
  call: keyof RecordCalls;
  argument: unknown;
}

export type RecordAnswer = { id: number } & ({ value: unknown } | { failure: CallFailure });

export function toColumns(records: readonly RecordToStore[], storedAtMs: number): RowColumns {
  const columns = emptyColumns(records.length, storedAtMs);
  for (let index = 0; index < records.length; index++) {
    const { event, source } = records[index]!;
    const { device_id, timestamp } = event;
    columns.key.push(recordKey(device_id, event.record_id));
    columns.device_id.push(device_id);
    columns.minus_timestamp_ms[index] = -instantOf(timestamp);
    columns.timestamp_text.push(timestamp);
    columns.timestamp_sent.push(event.timestamp_sent ?? null);
    columns.timestamp_source.push(event.timestamp_source ?? null);
    columns.received_at_ms[index] = instantOf(event.received_at);
    columns.payload.push(payloadTextOf(event));
    columns.source_partition[index] = source.partition;
    columns.source_offset[index] = source.offset;
  }
  return columns;
}

function emptyColumns(rows: number, stored_at_ms: number): RowColumns {
  return {
    stored_at_ms,
    key: [],
    device_id: [],
    minus_timestamp_ms: new Float64Array(rows),
    timestamp_text: [],
    timestamp_sent: [],
    timestamp_source: [],
    received_at_ms: new Float64Array(rows),
    payload: [],
    source_partition: new Int32Array(rows),
    source_offset: new Float64Array(rows),
  };
}

export function recordIdOf({ key, device_id }: Pick<RecordRow, 'key' | 'device_id'>): string {
  return recordIdIn(key, device_id);
}

export function recordIdIn(key: string, deviceId: string): string {
  return key.slice(deviceKey(deviceId).length + 1);
}

export function toStoredRecord(row: RecordRow): StoredRecord {
  return {
    record_id: recordIdOf(row),
    device_id: row.device_id,
    timestamp: row.timestamp_text,
    ...(row.timestamp_sent !== null && { timestamp_sent: row.timestamp_sent }),
    ...(row.timestamp_source !== null && { timestamp_source: row.timestamp_source }),
    received_at: new Date(row.received_at_ms).toISOString(),
    stored_at: new Date(row.stored_at_ms).toISOString(),
    data_payload: readExactJson(row.payload) as StoredRecord['data_payload'],
  };
}
