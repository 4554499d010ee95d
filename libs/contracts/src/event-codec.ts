import { readableDeviceIdProblem, readableRecordIdProblem, timestampProblem } from './check-report.js';
import type { DeadLetterReason } from './dead-letter.js';
import {
  type EventTime,
  type IngestEvent,
  type JsonObject,
  type JsonValue,
  timeOf,
  TIMESTAMP_SOURCES,
  type TimestampSource,
} from './event.js';
import { decodeUtf8, readExactJson, readJson } from './json.js';
import { readText } from './json-reader.js';
import { stringifyExact, stringifyWith } from './json-text.js';
import { numberTextsOf, restoreNumbers, writeNumberAsText } from './number-texts.js';
import { GREATEST_PAYLOAD_DEPTH, isJsonObject, PayloadCheck } from './payload-check.js';
import type { ProblemEntry } from './problem.js';
import { MAX_TIMESTAMP_LENGTH } from './timestamp.js';
import { SCHEMA_VERSION } from './topics.js';

/** Headers that every event carries on the topic. */
export const EVENT_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'schema-version': SCHEMA_VERSION,
  'content-type': 'application/json',
});

/**
 * The value of a log record on `ingest.events`: the JSON text of the event in UTF-8. Numbers that a consumer of 2^53 - 1 at most cannot
 * read are texts in it, and `number_texts` says which.
 *
 * @param mayHaveRareNumbers `false` if no number of the payload is -0, a bigint or beyond 2^53: then they need not be looked for
 */
export function encodeEvent(event: IngestEvent, mayHaveRareNumbers = true): Buffer {
  return Buffer.from(mayHaveRareNumbers ? exactText(event) : JSON.stringify(event), 'utf8');
}

function exactText(event: IngestEvent): string {
  const texts = numberTextsOf(event.data_payload);
  return stringifyWith(texts === undefined ? event : { ...event, number_texts: texts }, writeNumberAsText);
}

/**
 * Changes the value of a log record that may be no event that this version accepts.
 *
 * @param value a JSON text; else `change` gets `undefined`
 * @param change gets the fields of the event with numbers where texts stand for them, and returns other ones
 * @returns the new value, with texts for the numbers that need them; `undefined` if `change` returns that
 */
export function changeEventValue(
  value: Buffer | null,
  change: (fields: JsonValue | undefined) => JsonValue | undefined,
): Buffer | undefined {
  const changed = change(readFields(value));
  if (changed === undefined) return undefined;
  const isEvent = isJsonObject(changed) && isJsonObject(changed['data_payload']);
  return Buffer.from(isEvent ? exactText(changed as unknown as IngestEvent) : stringifyExact(changed), 'utf8');
}

function readFields(value: Buffer | null): JsonValue | undefined {
  try {
    const text = decodeUtf8(value!)!;
    const read = readExactJson(text) as JsonValue;
    if (!isJsonObject(read) || read['number_texts'] === undefined) return read;
    const { number_texts: texts, ...fields } = read;
    const isRestored = restoreNumbers(fields['data_payload'], texts, GREATEST_PAYLOAD_DEPTH);
    return isRestored ? fields : (readExactJson(text) as JsonValue);
  } catch {
    return undefined;
  }
}

/** Names the schema that the payload of an event fits, where its device has one: `thermometer/2`. */
export const PAYLOAD_SCHEMA_HEADER = 'payload-schema';

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
 * Whole numbers in digits beyond 2^53 - 1 come as bigints.
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
    return toEvent(readJson(text), text);
  } catch {
    return undecodable('not JSON');
  }
}

function undecodable(detail: string): DecodedEvent {
  return { ok: false, reason: 'undecodable', detail };
}

function invalid({ pointer, detail }: Pick<ProblemEntry, 'pointer' | 'detail'>): DecodedEvent {
  return { ok: false, reason: 'invalid-event', detail: `${pointer}: ${detail}` };
}

const LIMITS = { maxDepth: GREATEST_PAYLOAD_DEPTH, maxBytes: Infinity, maxValues: Infinity };
const WRONG_TEXTS = {
  pointer: '/number_texts',
  detail: 'number_texts must point to strings of numbers in data_payload.',
};
const TOO_LONG = { pointer: '/data_payload', detail: 'A whole number in data_payload has more than 64 bits.' };

function toEvent(value: unknown, text: string | undefined): DecodedEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undecodable('not a JSON object');
  const fields = value as JsonObject;
  const check = new PayloadCheck(LIMITS);
  const problem = headProblem(fields) ?? check.problemOf(fields['data_payload']);
  if (problem !== undefined) return invalid(problem);
  if (check.needsExactValue && text !== undefined) return toExactEvent(text);
  if (fields['number_texts'] !== undefined && !hasNumbersRestored(fields)) return invalid(WRONG_TEXTS);
  return { ok: true, event: eventOf(fields) };
}

/** For events that others have written: ours have no number that has to be read with care. */
function toExactEvent(text: string): DecodedEvent {
  const { value, hugeNumbers } = readText(text, false);
  return hugeNumbers.length > 0 ? invalid(TOO_LONG) : toEvent(value, undefined);
}

/** Whether the texts that are numbers are numbers now. The rest of the payload has been checked. */
function hasNumbersRestored({ data_payload, number_texts }: JsonObject): boolean {
  return restoreNumbers(data_payload, number_texts, GREATEST_PAYLOAD_DEPTH);
}

function headProblem({ record_id, device_id, timestamp, received_at, ...rest }: JsonObject): ProblemEntry | undefined {
  return (
    readableRecordIdProblem(record_id) ??
    readableDeviceIdProblem(device_id) ??
    timestampProblem(timestamp) ??
    receivedAtProblem(received_at) ??
    originProblem(rest)
  );
}

function receivedAtProblem(value: unknown): ProblemEntry | undefined {
  const problem = timestampProblem(value);
  return problem && { ...problem, pointer: '/received_at', detail: 'received_at must be RFC 3339 with a zone.' };
}

function originProblem({ timestamp_sent: sent, timestamp_source: source }: JsonObject): ProblemEntry | undefined {
  if (sent !== undefined && !(typeof sent === 'string' && sent.length <= MAX_TIMESTAMP_LENGTH)) {
    const detail = `timestamp_sent must be a string of at most ${MAX_TIMESTAMP_LENGTH} characters.`;
    return { pointer: '/timestamp_sent', code: 'type', detail };
  }
  if (source === undefined || TIMESTAMP_SOURCES.includes(source as TimestampSource)) return undefined;
  const detail = `timestamp_source must be one of ${TIMESTAMP_SOURCES.join(', ')}.`;
  return { pointer: '/timestamp_source', code: 'pattern', detail };
}

function eventOf(fields: JsonObject): IngestEvent {
  const { record_id, device_id, received_at, data_payload } = fields;
  const time = timeOf(fields as unknown as EventTime);
  return { record_id, device_id, ...time, received_at, data_payload } as unknown as IngestEvent;
}
