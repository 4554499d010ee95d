import { deviceIdProblem, payloadProblem, recordIdProblem, timestampProblem } from './check-report.js';
import type { DeadLetterReason } from './dead-letter.js';
import type { IngestEvent, JsonObject } from './event.js';
import { decodeUtf8, readJson } from './json.js';
import { stringifyExact } from './json-text.js';
import type { ProblemEntry } from './problem.js';
import { SCHEMA_VERSION } from './topics.js';

/** Headers that every event carries on the topic. */
export const EVENT_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'schema-version': SCHEMA_VERSION,
  'content-type': 'application/json',
});

/**
 * The value of a log record on `ingest.events`: the JSON text of the event in UTF-8.
 *
 * @param mayHaveNegativeZero `false` if no number of the payload is -0: then it need not be looked for
 */
export function encodeEvent(event: IngestEvent, mayHaveNegativeZero = true): Buffer {
  return Buffer.from(mayHaveNegativeZero ? stringifyExact(event) : JSON.stringify(event), 'utf8');
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
    return toEvent(readJson(text));
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
  const problem =
    recordIdProblem(record_id) ??
    deviceIdProblem(device_id) ??
    timestampProblem(timestamp) ??
    receivedAtProblem(received_at) ??
    payloadProblem(data_payload);
  if (problem !== undefined)
    return { ok: false, reason: 'invalid-event', detail: `${problem.pointer}: ${problem.detail}` };
  return { ok: true, event: { record_id, device_id, timestamp, received_at, data_payload } as unknown as IngestEvent };
}

function receivedAtProblem(value: unknown): ProblemEntry | undefined {
  const problem = timestampProblem(value);
  return problem && { ...problem, pointer: '/received_at', detail: 'received_at must be RFC 3339 with a zone.' };
}
