import { cutText, MAX_POINTER_LENGTH } from './json-pointer.js';

/**
 * Every problem that an answer can carry (RFC 9457). The code is stable: clients may branch on it.
 * `type` is `urn:sluice:problem:<code>`.
 */
export const PROBLEMS = {
  'invalid-json': { status: 400, title: 'The body is not JSON' },
  'invalid-utf8': { status: 400, title: 'The body is not UTF-8' },
  'invalid-encoding': { status: 400, title: 'The body cannot be decompressed' },
  'wrong-shape': { status: 400, title: 'The body is not a record or a list of records' },
  'key-mismatch': { status: 400, title: 'Idempotency-Key and record_id differ' },
  'invalid-parameter': { status: 400, title: 'A request parameter is invalid' },
  'invalid-cursor': { status: 400, title: 'The cursor is invalid' },
  'bad-request': { status: 400, title: 'The request is malformed' },
  unauthorized: { status: 401, title: 'Authentication is required' },
  forbidden: { status: 403, title: 'Access is denied' },
  'claim-refused': { status: 403, title: 'The claim code is not accepted' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed' },
  'request-timeout': { status: 408, title: 'The request timed out' },
  'redrive-conflict': { status: 409, title: 'The redrive conflicts with the current state' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'too-many-values': { status: 413, title: 'The answer would take too many values' },
  'too-many-records': { status: 413, title: 'The request has too many records' },
  'uri-too-long': { status: 414, title: 'The URI is too long' },
  'unsupported-media-type': { status: 415, title: 'The media type is not supported' },
  'unsupported-encoding': { status: 415, title: 'The content encoding is not supported' },
  'misdirected-request': { status: 421, title: 'The service does not serve this host' },
  'schema-violation': { status: 422, title: 'The payload violates its schema' },
  'invalid-record': { status: 422, title: 'A record is invalid' },
  'rate-limited': { status: 429, title: 'A rate limit is exceeded' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'Internal error' },
  'log-unavailable': { status: 503, title: 'The event log did not acknowledge in time' },
  'store-unavailable': { status: 503, title: 'The record store is unavailable' },
  'query-unavailable': { status: 503, title: 'The query service is unavailable' },
  'too-many-streams': { status: 503, title: 'Too many streams are open' },
  overloaded: { status: 503, title: 'The gateway is shedding load' },
  'gateway-busy': { status: 503, title: 'The gateway is overloaded' },
  'publish-queue-full': { status: 503, title: 'The queue for the event log is full' },
  'buffer-behind': { status: 503, title: 'Background work is shed because of lag' },
  'buffer-full': { status: 503, title: 'The buffer is full' },
  stopping: { status: 503, title: 'The service is stopping' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One fault in the request. */
export interface ProblemEntry {
  /** JSON Pointer into the body, or the name of the parameter after `?` or of the header after `header:`. */
  pointer: string;
  code: string;
  detail: string;
  /** With the code `syntax`: where the body is not JSON, in bytes from 0, and in lines and characters from 1. */
  offset?: number;
  line?: number;
  column?: number;
  /** With the code `syntax`: the record of an array or of lines, from 0. */
  index?: number;
  /** With the code `schema-violation`: the keyword of the schema, and what it asks for. */
  rule?: string;
  expected?: string;
}

/** An `application/problem+json` body. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  /** The path of the request. */
  instance?: string;
  errors?: readonly ProblemEntry[];
}

/** What a problem may carry besides its code and its detail. */
export interface ProblemExtras {
  errors?: readonly ProblemEntry[];
}

/** A problem is not larger, whatever the sender has written: what is beyond it is left out, and the detail says so. */
export const MAX_PROBLEM_BYTES = 64 * 1024;
/** Longest detail, and longest path in `instance`, in characters. */
export const MAX_DETAIL_LENGTH = 512;

/** The rest is for everything but `errors`, each of whose characters can become six bytes. */
const MAX_ERRORS_BYTES = MAX_PROBLEM_BYTES - 8 * 1024;
const MAX_BYTES_OF_CHARACTER = 6;
const ENTRY_BYTES = 128;

export function problemOf(code: ProblemCode, detail: string, extras: ProblemExtras = {}): Problem {
  const { status, title } = PROBLEMS[code];
  const problem = {
    type: `urn:sluice:problem:${code}`,
    title,
    status,
    code,
    detail: cutText(detail, MAX_DETAIL_LENGTH),
  };
  if (extras.errors === undefined) return { ...problem, ...extras };
  const errors = boundedEntries(extras.errors);
  const note =
    errors.length < extras.errors.length ? ` Of ${extras.errors.length} errors ${errors.length} are listed.` : '';
  return { ...problem, ...extras, detail: problem.detail + note, errors };
}

function boundedEntries(entries: readonly ProblemEntry[]): readonly ProblemEntry[] {
  if (areSmall(entries)) return entries;
  const bounded: ProblemEntry[] = [];
  let bytes = 0;
  for (const { pointer, code, detail, ...place } of entries) {
    const entry = {
      ...place,
      pointer: cutText(pointer, MAX_POINTER_LENGTH),
      code,
      detail: cutText(detail, MAX_DETAIL_LENGTH),
    };
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (bytes > MAX_ERRORS_BYTES) break;
    bounded.push(entry);
  }
  return bounded;
}

function areSmall(entries: readonly ProblemEntry[]): boolean {
  let bytes = 0;
  for (const { pointer, detail } of entries) {
    if (pointer.length > MAX_POINTER_LENGTH || detail.length > MAX_DETAIL_LENGTH) return false;
    bytes += (pointer.length + detail.length) * MAX_BYTES_OF_CHARACTER + ENTRY_BYTES;
    if (bytes > MAX_ERRORS_BYTES) return false;
  }
  return true;
}
