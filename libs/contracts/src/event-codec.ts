import { checkReport } from './check-report.js';
import type { DeadLetterReason } from './dead-letter.js';
import type { IngestEvent, JsonObject } from './event.js';
import { decodeUtf8, stringifyExact } from './json.js';
import { parseTimestamp } from './timestamp.js';
import { SCHEMA_VERSION } from './topics.js';

/** Headers that every event carries on the topic. */
export const EVENT_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'schema-version': SCHEMA_VERSION,
  'content-type': 'application/json',
});

/** The value of a log record on `ingest.events`: the JSON text of the event in UTF-8. */
export function encodeEvent(event: IngestEvent): Buffer {
  return Buffer.from(stringifyExact(event), 'utf8');
}

export type DecodedEvent =
  | { ok: true; event: IngestEvent }
  | {
      ok: false;
      reason: Extract<DeadLetterReason, 'undecodable' | 'unknown-schema-version' | 'invalid-event'>;
      detail: string;
    };

/**
 * Reads the value of a log record. Never throws: what cannot be read comes back as a reason.
 * Fields that this version does not know are left out, so that a consumer outlives a producer that adds one.
 *
 * @param schemaVersion the header `schema-version`; a record without one is read as version 1
 */
export function decodeEvent(value: Buffer | null, schemaVersion: string = SCHEMA_VERSION): DecodedEvent {
  if (schemaVersion !== SCHEMA_VERSION) {
    return { ok: false, reason: 'unknown-schema-version', detail: `schema-version is not ${SCHEMA_VERSION}` };
  }
  if (value === null) return undecodable('the log record has no value');
  const text = decodeUtf8(value);
  if (text === undefined) return undecodable('not UTF-8');
  try {
    return toEvent(JSON.parse(text));
  } catch {
    return undecodable('not JSON');
  }
}

function undecodable(detail: string): DecodedEvent {
  return { ok: false, reason: 'undecodable', detail };
}

function toEvent(value: unknown): DecodedEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undecodable('not a JSON object');
  const { record_id, device_id, timestamp, received_at, data_payload } = value as JsonObject;
  const problem = checkReport({ device_id, timestamp, data_payload, record_id })[0];
  if (problem !== undefined)
    return { ok: false, reason: 'invalid-event', detail: `${problem.pointer}: ${problem.detail}` };
  if (typeof received_at !== 'string' || parseTimestamp(received_at) === undefined) {
    return { ok: false, reason: 'invalid-event', detail: '/received_at: must be RFC 3339 with a zone' };
  }
  return { ok: true, event: { record_id, device_id, timestamp, received_at, data_payload } as unknown as IngestEvent };
}
