import type { IncomingMessage } from 'node:http';
import { decodeUtf8, type JsonValue, type ProblemEntry, ValueScanner } from '@sluice/contracts';
import { ProblemError } from '@sluice/http';
import { notJsonBody, parseWithNan, type SourceRequest } from '@sluice/ingest';
import { problemErrorOf } from '../refusals.js';

/** A body is parsed in one turn, so these bound the time of that turn. Webhooks have some kilobytes. */
const MAX_SOURCE_BODY_BYTES = 1024 * 1024;
const LIMITS = { maxDepth: 128, maxBytes: MAX_SOURCE_BODY_BYTES, maxValues: 100_000 };

export interface SourceReading {
  /** Time of receipt, in milliseconds since 1970. */
  atMs: number;
  /** Whether NaN, Infinity and -Infinity are null; otherwise they are not JSON. */
  readsNan: boolean;
}

/** @throws ProblemError `body-too-large`, `invalid-utf8`, `invalid-json`, `invalid-record` */
export function sourceRequest(
  message: IncomingMessage,
  body: Buffer,
  { atMs, readsNan }: SourceReading,
): SourceRequest {
  const query = queryOf(message.url ?? '');
  const headers = message.headers as SourceRequest['headers'];
  return { body: message.method === 'GET' ? { ...query } : bodyOf(body, readsNan), query, headers, atMs };
}

/** Of a name that is repeated, the last value counts. */
function queryOf(url: string): Record<string, string> {
  const at = url.indexOf('?');
  return at < 0 ? {} : Object.fromEntries(new URLSearchParams(url.slice(at + 1)));
}

function bodyOf(bytes: Buffer, readsNan: boolean): JsonValue {
  if (bytes.length > MAX_SOURCE_BODY_BYTES) throw tooLarge(`${MAX_SOURCE_BODY_BYTES} bytes`);
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new ProblemError('invalid-utf8', 'The body is not UTF-8.');
  const scanner = new ValueScanner(bytes, LIMITS);
  scanner.scan(0, bytes.length, true);
  if (scanner.flaw !== undefined) throw tooLarge(`${LIMITS.maxDepth} levels and ${LIMITS.maxValues} keys and values`);
  const parsed = parseWithNan(text, scanner, readsNan, scanner.mayHaveLargeInteger);
  if (!parsed.ok) throw notJson(bytes);
  const numbers = [...parsed.vanishedNumbers, ...parsed.hugeNumbers];
  const changes = [...parsed.duplicateKeys.map(duplicate), ...numbers.map(changed)];
  if (changes.length === 0) return parsed.value as JsonValue;
  throw new ProblemError('invalid-record', 'The body has values that cannot be stored as they were sent.', {
    errors: changes,
  });
}

const duplicate = (pointer: string): ProblemEntry => ({
  ...{ pointer, code: 'duplicate-key' },
  detail: 'This key occurs twice in one object; only one of its values could be kept.',
});
const changed = (pointer: string): ProblemEntry => ({
  ...{ pointer, code: 'payload-number' },
  detail: 'This number cannot be stored as it was sent: whole numbers have at most 64 bits; send it as a string.',
});

function tooLarge(limit: string): ProblemError {
  return new ProblemError('body-too-large', `The body of a source may have at most ${limit}.`);
}

function notJson(bytes: Buffer): ProblemError {
  return problemErrorOf(notJsonBody(bytes).refusal);
}
