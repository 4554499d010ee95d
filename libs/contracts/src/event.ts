/**
 * Any JSON value. A number is a `number`, as `JSON.parse` returns it, or a `bigint`: each whole number in digits beyond 2^53 - 1, from
 * -2^63 to 2^64 - 1, which a double could change. `JSON.stringify` throws at a bigint; `stringifyExact` writes its digits.
 */
export type JsonValue = string | number | bigint | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** What a device reports: one entry of a `POST /ingest`. */
export interface DeviceReport {
  device_id: string;
  /** The device's own clock, in one of the forms of {@link DeviceTimes}. Left out only where `MISSING_TIMESTAMP` allows it. */
  timestamp?: string | number | bigint;
  data_payload: JsonObject;
  /** The client's idempotency key, scoped to the device. */
  record_id?: string;
}

/** `device`: its clock, in another form. `site_timezone`: its clock, in the zone of the site. `received`: the gateway's clock. */
export const TIMESTAMP_SOURCES = ['device', 'site_timezone', 'received'] as const;
export type TimestampSource = (typeof TIMESTAMP_SOURCES)[number];

/** What the topic `ingest.events` carries: a checked report with its id and the time at which the gateway took it. */
export interface IngestEvent {
  record_id: string;
  device_id: string;
  /** RFC 3339 with a zone: exactly as the device wrote it, unless one of the next two fields is there. */
  timestamp: string;
  /** What the device sent, if it was not RFC 3339 with a zone; a number as text. */
  timestamp_sent?: string;
  /** Whose clock and zone `timestamp` has, where the device did not write it as it is. Left out: the device's. */
  timestamp_source?: TimestampSource;
  /** RFC 3339 in UTC with milliseconds: the gateway's clock. */
  received_at: string;
  data_payload: JsonObject;
}

/** The timestamp of an event and, where the device did not write it as it is, where it comes from. */
export type EventTime = Pick<IngestEvent, 'timestamp' | 'timestamp_sent' | 'timestamp_source'>;

/** The {@link EventTime} of an event, without what it does not have. */
export function timeOf({ timestamp, timestamp_sent, timestamp_source }: EventTime): EventTime {
  if (timestamp_source === undefined) return { timestamp };
  return { timestamp, ...(timestamp_sent !== undefined && { timestamp_sent }), timestamp_source };
}

/** What people read back: an event once stored. */
export interface StoredRecord extends IngestEvent {
  /** RFC 3339 in UTC with milliseconds: the worker's clock. */
  stored_at: string;
}
