import { decodeUtf8, parseJson, type JsonObject, type ProblemEntry } from '#contracts';
import { ProblemError } from '#runtime';
import type { MediaType } from './content-headers.js';

/** A record that JSON could be read from. `problems`: what reading it has changed in silence; pointers are below the record. */
interface ReadableRecord {
  isReadable: true;
  value: unknown;
  problems: readonly ProblemEntry[];
}

interface UnreadableRecord {
  isReadable: false;
  code: 'invalid-json' | 'invalid-utf8';
  detail: string;
}

export type SubmittedRecord = ReadableRecord | UnreadableRecord;

/** What one request submits: a single record, or many in the order of the body. */
export interface Submission {
  isBatch: boolean;
  records: SubmittedRecord[];
}

export interface SubmissionOptions {
  mediaType: MediaType;
  maxRecords: number;
  /** The header `Idempotency-Key`: means the same as `record_id` in the one record. */
  idempotencyKey?: string | undefined;
}

const NO_PROBLEMS: readonly ProblemEntry[] = Object.freeze([]);

/**
 * Reads one object, an array or lines of objects: one meaning. A line that is no JSON is that record's own trouble.
 *
 * @throws ProblemError for what is wrong with the request as a whole: `invalid-utf8`, `invalid-json`, `wrong-shape`,
 *   `key-mismatch`, `too-many-records`
 */
export function readSubmission(body: Buffer, options: SubmissionOptions): Submission {
  const read = options.mediaType === 'application/x-ndjson' ? readLines : readJson;
  const submission = read(body, options.maxRecords);
  if (submission.records.length === 0) throw new ProblemError('wrong-shape', 'The body has no record.');
  if (options.idempotencyKey !== undefined) giveKey(submission, options.idempotencyKey);
  return submission;
}

function readJson(body: Buffer, maxRecords: number): Submission {
  const text = decodeUtf8(body);
  if (text === undefined) throw new ProblemError('invalid-utf8', 'The body is not UTF-8.');
  const parsed = parseJson(text);
  if (!parsed.ok) throw new ProblemError('invalid-json', `The body is ${parsed.detail}.`);
  const { value, duplicateKeys, vanishedNumbers } = parsed;
  if (typeof value !== 'object' || value === null) {
    throw new ProblemError('wrong-shape', 'Send one JSON object, an array of them, or one on each line.');
  }
  const changes = changesOf(duplicateKeys, vanishedNumbers);
  if (!Array.isArray(value)) return { isBatch: false, records: [{ isReadable: true, value, problems: changes }] };
  if (value.length > maxRecords) throw tooManyRecords(maxRecords);
  return { isBatch: true, records: itemsOf(value, changes) };
}

function itemsOf(values: readonly unknown[], changes: readonly ProblemEntry[]): SubmittedRecord[] {
  const changesByIndex = Map.groupBy(changes, ({ pointer }) => Number(pointer.split('/', 2)[1]));
  return values.map((value, index) => {
    const problems = changesByIndex.get(index)?.map((change) => belowItem(change)) ?? NO_PROBLEMS;
    return { isReadable: true, value, problems };
  });
}

/** `/3/data_payload/a` -> `/data_payload/a` */
function belowItem({ pointer, ...change }: ProblemEntry): ProblemEntry {
  return { pointer: pointer.slice(pointer.indexOf('/', 1)), ...change };
}

const LINE_FEED = 10;

/** Blank lines are skipped; the last line needs no end. Lines are counted before memory is spent on them. */
function readLines(body: Buffer, maxRecords: number): Submission {
  const records: SubmittedRecord[] = [];
  for (let start = 0; start < body.length;) {
    const lineFeed = body.indexOf(LINE_FEED, start);
    const end = lineFeed === -1 ? body.length : lineFeed;
    const line = decodeUtf8(body.subarray(start, end));
    start = end + 1;
    if (line !== undefined && isBlank(line)) continue;
    if (records.length === maxRecords) throw tooManyRecords(maxRecords);
    records.push(readLine(line));
  }
  return { isBatch: true, records };
}

function isBlank(line: string): boolean {
  return /^[ \t\r]*$/.test(line);
}

function readLine(line: string | undefined): SubmittedRecord {
  if (line === undefined) return { isReadable: false, code: 'invalid-utf8', detail: 'The line is not UTF-8.' };
  const parsed = parseJson(line);
  if (!parsed.ok) return { isReadable: false, code: 'invalid-json', detail: `The line is ${parsed.detail}.` };
  const problems = changesOf(parsed.duplicateKeys, parsed.vanishedNumbers);
  return { isReadable: true, value: parsed.value, problems };
}

function changesOf(duplicateKeys: readonly string[], vanishedNumbers: readonly string[]): readonly ProblemEntry[] {
  if (duplicateKeys.length === 0 && vanishedNumbers.length === 0) return NO_PROBLEMS;
  return [...duplicateKeys.map(duplicateKey), ...vanishedNumbers.map(vanishedNumber)];
}

function duplicateKey(pointer: string): ProblemEntry {
  const detail = 'This key stands twice in one object; only one of its values could be kept.';
  return { pointer, code: 'duplicate-key', detail };
}

function vanishedNumber(pointer: string): ProblemEntry {
  const detail = 'This number is too close to zero to come back as it was sent; send it as text.';
  return { pointer, code: 'payload-number', detail };
}

function giveKey({ isBatch, records: [record] }: Submission, key: string): void {
  if (isBatch) throw keyMismatch('Idempotency-Key is for a single object; in a list, give each record its record_id.');
  const report = (record as ReadableRecord).value as JsonObject;
  if (Object.hasOwn(report, 'record_id') && report['record_id'] !== key) {
    throw keyMismatch('Idempotency-Key and record_id mean the same and differ; send one of them.');
  }
  report['record_id'] = key;
}

function keyMismatch(detail: string): ProblemError {
  const entry: ProblemEntry = { pointer: 'header:idempotency-key', code: 'key-mismatch', detail };
  return new ProblemError('key-mismatch', detail, { errors: [entry] });
}

function tooManyRecords(maxRecords: number): ProblemError {
  const detail = `A request may have ${maxRecords} records at most; send more in several requests.`;
  return new ProblemError('too-many-records', detail);
}
