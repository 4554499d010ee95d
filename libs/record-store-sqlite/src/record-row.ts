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
  /** For each row `null` if it was inserted, or the row that already has its key. */
  insert(rows: RecordRow[]): (FirstRow | null)[];
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

export function toRow({ event, source }: RecordToStore, storedAtMs: number): RecordRow {
  const { device_id, timestamp } = event;
  return {
    key: recordKey(device_id, event.record_id),
    device_id,
    minus_timestamp_ms: -instantOf(timestamp),
    timestamp_text: timestamp,
    timestamp_sent: event.timestamp_sent ?? null,
    timestamp_source: event.timestamp_source ?? null,
    received_at_ms: instantOf(event.received_at),
    stored_at_ms: storedAtMs,
    payload: payloadTextOf(event),
    source_partition: source.partition,
    source_offset: source.offset,
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
