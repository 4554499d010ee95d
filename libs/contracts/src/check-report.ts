import type { DeviceReport, JsonObject } from './event.js';
import { boundedPointer } from './json-pointer.js';
import type { ScanFlaw, ScanLimits } from './json-scan.js';
import { stringifyExact } from './json-text.js';
import { MAX_CHANGES, type BrokenOff } from './json-reader.js';
import { isTimestamp, MAX_TIMESTAMP_LENGTH } from './timestamp.js';

/** One thing that is wrong with one place of the input. The shape of an entry in `errors` of a problem. */
export interface FieldProblem {
  /** JSON Pointer (RFC 6901) to the place, relative to what was checked. */
  pointer: string;
  code: FieldProblemCode;
  /** What is wrong and what to do, in one sentence. Never repeats the value. */
  detail: string;
}

export const FIELD_PROBLEM_CODES = [
  'required',
  'type',
  'length',
  'pattern',
  'timestamp',
  'unknown-field',
  'duplicate-key',
  'payload-depth',
  'payload-key',
  'payload-number',
  'payload-text',
  'payload-size',
  'payload-values',
] as const;
export type FieldProblemCode = (typeof FIELD_PROBLEM_CODES)[number];

/** Longest `device_id` and `record_id`, in characters. */
export const MAX_ID_LENGTH = 128;
export const DEVICE_ID_PATTERN = /^[A-Za-z0-9._:-]{1,128}$/;
/** Printable ASCII, so that an id survives every header, URL and terminal unchanged. */
export const RECORD_ID_PATTERN = /^[ -~]{1,128}$/;
/** Deepest nesting of a payload; the payload itself is level 1. */
export const MAX_PAYLOAD_DEPTH = 32;
/** Longest key in a payload, in characters (Unicode code points). */
export const MAX_PAYLOAD_KEY_LENGTH = 256;
/** Largest payload, in bytes of its compact JSON text in UTF-8. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;
/** Most keys and values of a record, the fields around the payload included. */
export const MAX_PAYLOAD_VALUES = 65_536;

/** More than the fields of a record that is accepted take beside the payload. */
const MAX_ENVELOPE_BYTES = 1024;

/** What a record may have before it is parsed. What exceeds a limit breaks a rule of {@link checkReport} as well. */
export const RECORD_LIMITS: Readonly<ScanLimits> = Object.freeze({
  maxDepth: 1 + MAX_PAYLOAD_DEPTH,
  maxBytes: MAX_PAYLOAD_BYTES + MAX_ENVELOPE_BYTES,
  maxValues: MAX_PAYLOAD_VALUES,
});

const NO_PROBLEMS: readonly FieldProblem[] = Object.freeze([]);
export const NOT_AN_OBJECT: readonly FieldProblem[] = Object.freeze([
  { pointer: '', code: 'type', detail: 'A record must be a JSON object.' },
]);

/**
 * The check of the hot path: what is wrong with one report, or an empty list.
 * {@link DeviceReportDto} describes the same rules for class-validator; one table of cases holds the two together.
 * The size of the payload is checked where its bytes are at hand: see {@link payloadSizeProblem}.
 */
export function checkReport(value: unknown): readonly FieldProblem[] {
  if (!isJsonObject(value)) return NOT_AN_OBJECT;
  const problems: FieldProblem[] = [];
  addIfAny(problems, deviceIdProblem(value['device_id']));
  addIfAny(problems, timestampProblem(value['timestamp']));
  addIfAny(problems, payloadProblem(value['data_payload']));
  for (const field in value) {
    if (field === 'record_id') addIfAny(problems, recordIdProblem(value[field]));
    else if (!isRequiredField(field)) problems.push(unknownFieldProblem(field));
  }
  return problems.length === 0 ? NO_PROBLEMS : problems;
}

/** Comparing is three times faster than asking a set. */
function isRequiredField(name: string): boolean {
  return name === 'device_id' || name === 'timestamp' || name === 'data_payload';
}

/** Narrows a value that {@link checkReport} found nothing wrong with. */
export function asReport(value: unknown): DeviceReport {
  return value as DeviceReport;
}

function addIfAny(problems: FieldProblem[], problem: FieldProblem | undefined): void {
  if (problem !== undefined) problems.push(problem);
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function deviceIdProblem(value: unknown): FieldProblem | undefined {
  const detail = 'device_id must be 1 to 128 characters of letters, digits and . _ : -';
  return textProblem('/device_id', value, DEVICE_ID_PATTERN, detail);
}

export function recordIdProblem(value: unknown): FieldProblem | undefined {
  const detail = 'record_id must be 1 to 128 printable ASCII characters; leave it out to have one made.';
  return textProblem('/record_id', value, RECORD_ID_PATTERN, detail);
}

function textProblem(pointer: string, value: unknown, pattern: RegExp, detail: string): FieldProblem | undefined {
  if (value === undefined) return { pointer, code: 'required', detail };
  if (typeof value !== 'string') return { pointer, code: 'type', detail };
  if (value.length === 0 || value.length > MAX_ID_LENGTH) return { pointer, code: 'length', detail };
  return pattern.test(value) ? undefined : { pointer, code: 'pattern', detail };
}

export function timestampProblem(value: unknown): FieldProblem | undefined {
  const pointer = '/timestamp';
  const detail =
    'timestamp must be RFC 3339 with a zone, for example 2025-09-09T17:00:00Z or 2025-09-09T19:00:00.250+02:00';
  if (value === undefined) return { pointer, code: 'required', detail };
  if (typeof value !== 'string') return { pointer, code: 'type', detail };
  if (value.length > MAX_TIMESTAMP_LENGTH) return { pointer, code: 'length', detail };
  return isTimestamp(value) ? undefined : { pointer, code: 'timestamp', detail };
}

export function payloadProblem(value: unknown): FieldProblem | undefined {
  const pointer = '/data_payload';
  if (value === undefined) return { pointer, code: 'required', detail: 'data_payload must be a JSON object.' };
  if (!isJsonObject(value)) return { pointer, code: 'type', detail: 'data_payload must be a JSON object.' };
  const problem = valueProblem(value, 1);
  if (problem === undefined) return undefined;
  return {
    pointer: boundedPointer(['data_payload', ...problem.path.reverse()]),
    code: problem.code,
    detail: problem.detail,
  };
}

export function unknownFieldProblem(field: string): FieldProblem {
  const detail = 'This field is not known; measured values belong into data_payload.';
  return { pointer: boundedPointer([field]), code: 'unknown-field', detail };
}

/** A problem below a value; `path` is built from the inside out, so that the good case costs nothing. */
interface InnerProblem {
  path: (string | number)[];
  code: FieldProblemCode;
  detail: string;
}

const TOO_DEEP = `data_payload may be nested ${MAX_PAYLOAD_DEPTH} levels deep at most.`;
const TOO_LARGE = `data_payload may have ${MAX_PAYLOAD_BYTES} bytes of JSON at most; split it into several records.`;
const TOO_MANY_VALUES = `A record may have ${MAX_PAYLOAD_VALUES} keys and values at most; split it into several records.`;

const inner = (code: FieldProblemCode, detail: string): InnerProblem => ({ path: [], code, detail });

/** The recursion ends at {@link MAX_PAYLOAD_DEPTH}, whatever the input is. */
function valueProblem(value: unknown, depth: number): InnerProblem | undefined {
  if (typeof value === 'string') return textValueProblem(value);
  if (typeof value === 'number') return numberProblem(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_PAYLOAD_DEPTH) return inner('payload-depth', TOO_DEEP);
  return Array.isArray(value) ? itemsProblem(value, depth) : membersProblem(value as JsonObject, depth);
}

function itemsProblem(items: unknown[], depth: number): InnerProblem | undefined {
  for (let index = 0; index < items.length; index++) {
    const problem = valueProblem(items[index], depth + 1);
    if (problem !== undefined) {
      problem.path.push(index);
      return problem;
    }
  }
  return undefined;
}

function membersProblem(object: JsonObject, depth: number): InnerProblem | undefined {
  for (const key in object) {
    const problem = keyProblem(key) ?? valueProblem(object[key], depth + 1);
    if (problem !== undefined) {
      problem.path.push(key);
      return problem;
    }
  }
  return undefined;
}

function keyProblem(key: string): InnerProblem | undefined {
  if (isKeyLength(key) && key !== '__proto__' && !key.includes('\0') && key.isWellFormed()) return undefined;
  const detail = `A key in data_payload must have 1 to ${MAX_PAYLOAD_KEY_LENGTH} characters, no NUL, no half of a surrogate pair, and not be __proto__.`;
  return inner('payload-key', detail);
}

function isKeyLength(key: string): boolean {
  if (key.length <= MAX_PAYLOAD_KEY_LENGTH) return key.length > 0;
  return key.length <= 2 * MAX_PAYLOAD_KEY_LENGTH && Array.from(key).length <= MAX_PAYLOAD_KEY_LENGTH;
}

function textValueProblem(text: string): InnerProblem | undefined {
  if (text.isWellFormed()) return undefined;
  return inner('payload-text', 'A text in data_payload has half of a surrogate pair, which UTF-8 cannot carry.');
}

/** Every finite double is written back as it was read, except for whole numbers that a double cannot tell apart. */
function numberProblem(value: number): InnerProblem | undefined {
  if (Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))) return undefined;
  const detail =
    'A number in data_payload would not come back as it was sent: whole numbers go to 2^53 - 1; send a larger one as text.';
  return inner('payload-number', detail);
}

/** For a payload whose JSON text may be longer than {@link MAX_PAYLOAD_BYTES}. */
export function payloadSizeProblem(payload: JsonObject): FieldProblem | undefined {
  if (Buffer.byteLength(stringifyExact(payload)) <= MAX_PAYLOAD_BYTES) return undefined;
  return { pointer: '/data_payload', code: 'payload-size', detail: TOO_LARGE };
}

/**
 * What is wrong with a record that exceeds {@link RECORD_LIMITS}. It is not parsed, so that nothing is known of what follows.
 *
 * @param brokenOff where it exceeds them
 */
export function flawProblems(flaw: ScanFlaw, { steps, fields }: BrokenOff): readonly FieldProblem[] {
  const unknown = fields.filter((field) => field !== 'record_id' && !isRequiredField(field));
  if (unknown.length > 0) return unknown.slice(0, MAX_CHANGES).map(unknownFieldProblem);
  const field = steps[0] ?? 'data_payload';
  if (field !== 'data_payload') return fieldProblem(field, flaw === 'size' ? ' '.repeat(MAX_ID_LENGTH + 1) : []);
  const pointer = '/data_payload';
  if (flaw === 'size') return [{ pointer, code: 'payload-size', detail: TOO_LARGE }];
  if (flaw === 'values') return [{ pointer, code: 'payload-values', detail: TOO_MANY_VALUES }];
  return [{ pointer: boundedPointer(steps), code: 'payload-depth', detail: TOO_DEEP }];
}

/** @param value stands for the one that is too long, or no text */
function fieldProblem(field: string | number, value: unknown): readonly FieldProblem[] {
  if (field === 'record_id') return [recordIdProblem(value)!];
  return [field === 'timestamp' ? timestampProblem(value)! : deviceIdProblem(value)!];
}
