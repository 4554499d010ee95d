/** Any JSON value, as `JSON.parse` returns it. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** What a device reports: one entry of a `POST /ingest`. */
export interface DeviceReport {
  device_id: string;
  /** RFC 3339, the device's own clock and its own words. */
  timestamp: string;
  data_payload: JsonObject;
  /** The client's idempotency key, scoped to the device. */
  record_id?: string;
}

/** What the topic `ingest.events` carries: a checked report with its id and the time at which the gateway took it. */
export interface IngestEvent {
  record_id: string;
  device_id: string;
  /** Exactly as the device wrote it. */
  timestamp: string;
  /** RFC 3339 in UTC with milliseconds: the gateway's clock. */
  received_at: string;
  data_payload: JsonObject;
}

/** What people read back: an event once stored. */
export interface StoredRecord extends IngestEvent {
  /** RFC 3339 in UTC with milliseconds: the worker's clock. */
  stored_at: string;
}
