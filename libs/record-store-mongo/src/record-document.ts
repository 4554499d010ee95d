import mongoose from 'mongoose';
import {
  instantOf,
  keepingLast,
  recordKey,
  withExactNumbers,
  type JsonObject,
  type JsonValue,
  type StoredRecord,
  type TimestampSource,
} from '@sluice/contracts';
import type { RecordToStore } from '@sluice/record-store';

/** The collection of records, unless the options name another one. */
export const DEFAULT_COLLECTION = 'records';

/** One record as a document of the collection. */
export interface RecordDocument {
  /** See `recordKey`. */
  _id: string;
  device_id: string;
  record_id: string;
  /** The instant that queries use. */
  timestamp: Date;
  /** Its text, as the device wrote it unless one of the next two shows otherwise. */
  timestamp_text: string;
  timestamp_sent?: string;
  timestamp_source?: TimestampSource;
  received_at: Date;
  stored_at: Date;
  data_payload: JsonObject;
  source: { partition: number; offset: number };
}

const { BSON } = mongoose.mongo;
const LAST_LONG = 2n ** 63n - 1n;

/** The document in the form that the driver has to write. */
export function toBson(document: RecordDocument): RecordDocument {
  const data_payload = withExactNumbers(document.data_payload, bsonNumber) as JsonObject;
  return data_payload === document.data_payload ? document : { ...document, data_payload };
}

/** The driver would write a bigint as 64 bits with a sign, and make a greater one negative. */
export function bsonNumber(value: number | bigint): JsonValue {
  const isGreater = typeof value === 'bigint' && value > LAST_LONG;
  return isGreater ? (BSON.Decimal128.fromString(String(value)) as unknown as JsonValue) : value;
}

export function toDocument({ event, source }: RecordToStore, storedAt: Date): RecordDocument {
  const { device_id, record_id, timestamp, timestamp_sent, timestamp_source } = event;
  const document: RecordDocument = {
    _id: recordKey(device_id, record_id),
    device_id,
    record_id,
    timestamp: new Date(instantOf(timestamp)),
    timestamp_text: timestamp,
    received_at: receiptOf(event.received_at),
    stored_at: storedAt,
    data_payload: event.data_payload,
    source: { partition: source.partition, offset: source.offset },
  };
  if (timestamp_sent !== undefined) document.timestamp_sent = timestamp_sent;
  if (timestamp_source !== undefined) document.timestamp_source = timestamp_source;
  return document;
}

/** The records of one request share it. */
const receiptOf = keepingLast((receivedAt: string) => new Date(instantOf(receivedAt)));

export function toStoredRecord(document: RecordDocument): StoredRecord {
  return {
    record_id: document.record_id,
    device_id: document.device_id,
    timestamp: document.timestamp_text,
    ...(document.timestamp_sent !== undefined && { timestamp_sent: document.timestamp_sent }),
    ...(document.timestamp_source !== undefined && { timestamp_source: document.timestamp_source }),
    received_at: document.received_at.toISOString(),
    stored_at: document.stored_at.toISOString(),
    data_payload: document.data_payload,
  };
}
