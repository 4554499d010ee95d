import { DeviceError } from './device-error.js';
import { exactJson } from './exact-json.js';
import { readJson } from './read-json.js';

/** What a device measured: an object of anything that JSON can carry. */
export type Payload = Readonly<Record<string, unknown>>;

export interface ReportOptions {
  /** When it was measured: a Date, or RFC 3339 text with a zone that is sent unchanged. Default: now. */
  timestamp?: Date | string;
  /** Idempotency key of this record within the device: 1 to 128 printable ASCII characters. Default: a UUIDv7 made now. */
  recordId?: string;
}

/** A record as handlers see it. */
export interface ReportedRecord {
  recordId: string;
  timestamp: string;
  payload: Payload;
}

/** A record as it waits: its text is what goes over the wire, made once, so that nothing can change it later. */
export interface EncodedRecord {
  recordId: string;
  /** One JSON object on one line. */
  text: string;
  /** Size of `text` in UTF-8, in bytes. */
  bytes: number;
}

const RECORD_ID = /^(?!\.{1,2}$)(?! )[ -~]{0,127}[!-~]$/;
/** Occurs nowhere before: within a string, its quotes would be escaped. */
const PAYLOAD_MEMBER = ',"data_payload":';
const utf8 = new TextEncoder();

/** @throws DeviceError `invalid-payload`, `invalid-timestamp`, `invalid-record-id` */
export function encodeRecord(
  deviceId: string,
  recordId: string,
  timestamp: Date | string,
  payload: Payload,
): EncodedRecord {
  if (typeof recordId !== 'string' || !RECORD_ID.test(recordId)) {
    throw new DeviceError(
      'invalid-record-id',
      'recordId must be 1 to 128 printable ASCII characters, without a space at an end, and not "." or ".."',
    );
  }
  const head = JSON.stringify({ record_id: recordId, device_id: deviceId, timestamp: timestampText(timestamp) });
  return ofText(recordId, `${head.slice(0, -1)}${PAYLOAD_MEMBER}${exactJson(payload)}}`);
}

/** A record that was read back. */
export function ofText(recordId: string, text: string): EncodedRecord {
  return { recordId, text, bytes: utf8.encode(text).length };
}

export function decodeRecord(text: string): ReportedRecord {
  const { record_id, timestamp, data_payload } = readJson(text) as RecordHead & { data_payload: Payload };
  return { recordId: record_id, timestamp, payload: data_payload };
}

export interface RecordHead {
  record_id: string;
  device_id: string;
  timestamp: string;
}

/** The bytes before the payload of an encoded record, which is not parsed. */
export function headOf(text: string): RecordHead {
  return JSON.parse(`${text.slice(0, text.indexOf(PAYLOAD_MEMBER))}}`) as RecordHead;
}

function timestampText(timestamp: Date | string): string {
  if (typeof timestamp === 'string') return timestamp;
  if (timestamp instanceof Date && !Number.isNaN(timestamp.getTime())) return timestamp.toISOString();
  throw new DeviceError('invalid-timestamp', 'timestamp must be a valid Date or RFC 3339 text with a zone.');
}
