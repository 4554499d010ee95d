import { parseTimestamp, type JsonObject, type StoredRecord } from '@sluice/contracts';
import type { RecordToStore } from '@sluice/record-store';

/** Where records are, unless the options name another collection. */
export const DEFAULT_COLLECTION = 'records';

/** One record as the collection of records holds it. */
export interface RecordDocument {
  /** `<device_id>/<record_id>`: a device id has no slash. */
  _id: string;
  device_id: string;
  record_id: string;
  /** The instant that queries use. */
  timestamp: Date;
  /** The device's own words. */
  timestamp_text: string;
  received_at: Date;
  stored_at: Date;
  data_payload: JsonObject;
  source: { partition: number; offset: number };
}

export function keyOf(deviceId: string, recordId: string): string {
  return `${deviceId}/${recordId}`;
}

export function toDocument({ event, source }: RecordToStore, storedAt: Date): RecordDocument {
  return {
    _id: keyOf(event.device_id, event.record_id),
    device_id: event.device_id,
    record_id: event.record_id,
    timestamp: new Date(parseTimestamp(event.timestamp)!),
    timestamp_text: event.timestamp,
    received_at: new Date(parseTimestamp(event.received_at)!),
    stored_at: storedAt,
    data_payload: event.data_payload,
    source: { partition: source.partition, offset: source.offset },
  };
}

export function toStoredRecord(document: RecordDocument): StoredRecord {
  return {
    record_id: document.record_id,
    device_id: document.device_id,
    timestamp: document.timestamp_text,
    received_at: document.received_at.toISOString(),
    stored_at: document.stored_at.toISOString(),
    data_payload: document.data_payload,
  };
}
