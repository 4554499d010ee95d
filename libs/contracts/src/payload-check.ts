import type { JsonObject } from './event.js';
import type { FieldProblem, FieldProblemCode } from './field-problem.js';
import { boundedPointer } from './json-pointer.js';
import type { ScanLimits } from './json-scan.js';
import { isLargeNumber, stringifyExact } from './json-text.js';
import { isWithin64Bits } from './number-texts.js';

/** Deepest nesting of a payload that each consumer reads, whatever a gateway takes. */
export const GREATEST_PAYLOAD_DEPTH = 100;
/** Deepest nesting of a payload, unless a gateway is configured otherwise; the payload itself is level 1. */
export const MAX_PAYLOAD_DEPTH = 32;
/** Longest key in a payload, in characters (Unicode code points). */
export const MAX_PAYLOAD_KEY_LENGTH = 256;
/** Largest payload, in bytes of its compact JSON text in UTF-8, unless a gateway is configured otherwise. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;
/** Most keys and values of a record, the fields around the payload included, unless a gateway is configured otherwise. */
export const MAX_PAYLOAD_VALUES = 65_536;

export interface PayloadLimits {
  maxDepth: number;
  maxBytes: number;
  maxValues: number;
}

export const PAYLOAD_LIMITS: Readonly<PayloadLimits> = Object.freeze({
  maxDepth: MAX_PAYLOAD_DEPTH,
  maxBytes: MAX_PAYLOAD_BYTES,
  maxValues: MAX_PAYLOAD_VALUES,
});

/** More than the fields of a record that is accepted take beside the payload. */
const MAX_ENVELOPE_BYTES = 1024;

/** What a record may have before it is parsed. What exceeds a limit breaks a rule of {@link checkReport} as well. */
export function recordLimits({ maxDepth, maxBytes, maxValues }: PayloadLimits): Readonly<ScanLimits> {
  return { maxDepth: 1 + maxDepth, maxBytes: maxBytes + MAX_ENVELOPE_BYTES, maxValues };
}

export const RECORD_LIMITS = recordLimits(PAYLOAD_LIMITS);

/** Checks one payload after the other. */
export class PayloadCheck {
  /** Whether the value may say less than its text: then parse that exactly, and check it again. */
  needsExactValue = false;

  constructor(readonly limits: PayloadLimits = PAYLOAD_LIMITS) {}

  problemOf(value: unknown): FieldProblem | undefined {
    const pointer = '/data_payload';
    if (value === undefined) return { pointer, code: 'required', detail: 'data_payload must be a JSON object.' };
    if (!isJsonObject(value)) return { pointer, code: 'type', detail: 'data_payload must be a JSON object.' };
    const problem = valueProblem(value, 1, this);
    if (problem === undefined) return undefined;
    const { path, code, detail } = problem;
    return { pointer: boundedPointer(['data_payload', ...path.reverse()]), code, detail };
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A problem below a value; `path` is built from the inside out, so that the good case costs nothing. */
interface InnerProblem {
  path: (string | number)[];
  code: FieldProblemCode;
  detail: string;
}

export const tooDeep = ({ maxDepth }: PayloadLimits): string =>
  `data_payload may be nested at most ${maxDepth} levels deep (MAX_PAYLOAD_DEPTH).`;
export const tooLarge = ({ maxBytes }: PayloadLimits): string =>
  `data_payload may have at most ${maxBytes} bytes of JSON (MAX_PAYLOAD_BYTES); split it into several records.`;
export const tooManyValues = ({ maxValues }: PayloadLimits): string =>
  `A record may have at most ${maxValues} keys and values (MAX_PAYLOAD_VALUES); split it into several records.`;

const inner = (code: FieldProblemCode, detail: string): InnerProblem => ({ path: [], code, detail });

/** The recursion ends at the greatest depth, whatever the input is. */
function valueProblem(value: unknown, depth: number, check: PayloadCheck): InnerProblem | undefined {
  if (typeof value === 'string') return textValueProblem(value);
  if (typeof value === 'number') return numberProblem(value, check);
  if (typeof value === 'bigint') return integerProblem(value, check);
  if (typeof value !== 'object' || value === null) return undefined;
  const { limits } = check;
  if (depth > limits.maxDepth) return inner('payload-depth', tooDeep(limits));
  return Array.isArray(value) ? itemsProblem(value, depth, check) : membersProblem(value as JsonObject, depth, check);
}

function itemsProblem(items: unknown[], depth: number, check: PayloadCheck): InnerProblem | undefined {
  for (let index = 0; index < items.length; index++) {
    const problem = valueProblem(items[index], depth + 1, check);
    if (problem !== undefined) {
      problem.path.push(index);
      return problem;
    }
  }
  return undefined;
}

function membersProblem(object: JsonObject, depth: number, check: PayloadCheck): InnerProblem | undefined {
  for (const key in object) {
    const problem = keyProblem(key) ?? valueProblem(object[key], depth + 1, check);
    if (problem !== undefined) {
      problem.path.push(key);
      return problem;
    }
  }
  return undefined;
}

function keyProblem(key: string): InnerProblem | undefined {
  if (isKeyLength(key) && key !== '__proto__' && !key.includes('\0') && key.isWellFormed()) return undefined;
  const detail = `A key in data_payload must have 1 to ${MAX_PAYLOAD_KEY_LENGTH} characters, no NUL, no lone surrogate, and not be __proto__.`;
  return inner('payload-key', detail);
}

function isKeyLength(key: string): boolean {
  if (key.length <= MAX_PAYLOAD_KEY_LENGTH) return key.length > 0;
  return key.length <= 2 * MAX_PAYLOAD_KEY_LENGTH && Array.from(key).length <= MAX_PAYLOAD_KEY_LENGTH;
}

function textValueProblem(text: string): InnerProblem | undefined {
  if (text.isWellFormed()) return undefined;
  return inner('payload-text', 'A string in data_payload has a lone surrogate, which UTF-8 cannot encode.');
}

const TOO_LONG =
  'A whole number in data_payload must be from -2^63 to 2^64 - 1; send a larger one as a string, or with an exponent.';
const INFINITE = 'A number in data_payload is too large: it must be below 1.8e308; send it as a string.';

/** Every finite double is written back as it was read; only the text of a large one says whether it is the number that was sent. */
function numberProblem(value: number, check: PayloadCheck): InnerProblem | undefined {
  if (!Number.isFinite(value)) return inner('payload-number', INFINITE);
  if (isLargeNumber(value)) check.needsExactValue = true;
  return undefined;
}

function integerProblem(value: bigint, check: PayloadCheck): InnerProblem | undefined {
  check.needsExactValue = true;
  return isWithin64Bits(value) ? undefined : inner('payload-number', TOO_LONG);
}

/** For a whole number that {@link ReadText} lists as huge. */
export function hugeNumberProblem(pointer: string): FieldProblem {
  return { pointer, code: 'payload-number', detail: TOO_LONG };
}

/** For a payload whose JSON text may be longer than that. */
export function payloadSizeProblem(
  payload: JsonObject,
  limits: PayloadLimits = PAYLOAD_LIMITS,
): FieldProblem | undefined {
  if (Buffer.byteLength(stringifyExact(payload)) <= limits.maxBytes) return undefined;
  return { pointer: '/data_payload', code: 'payload-size', detail: tooLarge(limits) };
}
