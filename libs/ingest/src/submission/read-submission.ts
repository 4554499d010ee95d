import {
  checkJson,
  decodeUtf8,
  flawProblems,
  isWhole,
  JsonSyntaxError,
  NOT_AN_OBJECT,
  parseScanned,
  whereBrokenOff,
  type JsonObject,
  type ProblemEntry,
  type ScanFlaw,
  type UnparsedJson,
} from '@sluice/contracts';
import { RefusedError } from '../refusal.js';
import { type MediaType, notJson, scanBody, type ScannedBody } from './scan-body.js';
import { TimeSlice } from './time-slice.js';

/** A record that JSON could be read from. `problems`: what reading it has changed in silence; pointers are below the record. */
interface ReadableRecord {
  state: 'read';
  value: unknown;
  mayHaveNegativeZero: boolean;
  problems: readonly ProblemEntry[];
}

/** A line that is not JSON. */
interface UnreadableRecord {
  state: 'unreadable';
  code: 'invalid-json' | 'invalid-utf8';
  detail: string;
}

/** A record that exceeds a limit of the scan and is therefore not parsed. */
interface ExcessiveRecord {
  state: 'excessive';
  problems: readonly ProblemEntry[];
}

export type SubmittedRecord = ReadableRecord | UnreadableRecord | ExcessiveRecord;

/** The records in the order of the body. Each is parsed when it is read, so that the parsed form of one is held at a time. */
interface SubmittedRecords {
  readonly length: number;
  /** @throws RefusedError `invalid-json`: the body is not JSON in this record */
  read(index: number): SubmittedRecord;
  /** Bytes of the body that the record takes. */
  bytesOf(index: number): number;
}

/** What one request submits: a single record, or many. */
export interface Submission {
  isBatch: boolean;
  records: SubmittedRecords;
}

export interface SubmissionOptions {
  mediaType: MediaType;
  maxRecords: number;
  /** The header `Idempotency-Key`: means the same as `record_id` in the one record. */
  idempotencyKey?: string | undefined;
}

const NO_PROBLEMS: readonly ProblemEntry[] = Object.freeze([]);

/**
 * Finds the records of one object, an array or lines of objects: one meaning. A line that is no JSON is that record's own trouble.
 *
 * @throws RefusedError for what is wrong with the request as a whole: `invalid-utf8`, `invalid-json`, `wrong-shape`,
 *   `key-mismatch`, `too-many-records`
 */
export async function readSubmission(body: Buffer, options: SubmissionOptions): Promise<Submission> {
  const scanned = await scanBody(body, options.mediaType, options.maxRecords);
  const records = new ScannedRecords(scanned);
  if (scanned.brokenAt !== undefined) throw await firstFault(records, notJson(body, scanned.brokenAt));
  if (records.length === 0) throw new RefusedError({ code: 'wrong-shape', detail: 'The body has no record.' });
  const submission = scanned.form === 'object' ? single(records) : { isBatch: true, records };
  if (options.idempotencyKey !== undefined) giveKey(submission, options.idempotencyKey);
  return submission;
}

/** An array that cannot go on may have a fault in a record before, which is the one to name. */
async function firstFault(records: SubmittedRecords, last: RefusedError): Promise<RefusedError> {
  const slice = new TimeSlice();
  for (let index = 0; index < records.length; index++) {
    if (slice.isOver(records.bytesOf(index))) await slice.next();
    records.read(index);
  }
  return last;
}

/** A single record is read at once, because it may be no record at all. */
function single(records: SubmittedRecords): Submission {
  const record = records.read(0);
  const isObject =
    record.state === 'read' ? typeof record.value === 'object' && record.value !== null : !isNoObject(record);
  if (!isObject)
    throw new RefusedError({
      code: 'wrong-shape',
      detail: 'Send one JSON object, an array of them, or one on each line.',
    });
  return { isBatch: false, records: { length: 1, read: () => record, bytesOf: () => records.bytesOf(0) } };
}

function isNoObject(record: SubmittedRecord): boolean {
  return record.state === 'excessive' && record.problems === NOT_AN_OBJECT;
}

const OBJECT = 0x7b;

/** Records that are parsed together: JSON.parse is twice as fast on a list of like objects. */
const CHUNK_BYTES = 64 * 1024;

class ScannedRecords implements SubmittedRecords {
  /** Parsed values of the records from this index on. */
  #chunk: { from: number; values: readonly unknown[] } = { from: 0, values: [] };
  /** Up to here, records are parsed one by one. */
  #singleUntil = 0;

  constructor(private readonly body: ScannedBody) {}

  get length(): number {
    return this.body.spans.length;
  }

  bytesOf(index: number): number {
    return this.body.spans.end(index) - this.body.spans.start(index);
  }

  read(index: number): SubmittedRecord {
    const { spans } = this.body;
    const flaw = spans.flaw(index);
    if (flaw !== undefined) return this.readExcessive(index, flaw);
    const mayHaveNegativeZero = spans.mayHaveNegativeZero(index);
    const value = this.fromChunk(index);
    if (value !== undefined && isWhole(value, spans.scanned(index))) {
      return { state: 'read', value, mayHaveNegativeZero, problems: NO_PROBLEMS };
    }
    const text = this.decode(spans.start(index), spans.end(index));
    if (text === undefined) return NOT_UTF8;
    const parsed = parseScanned(text, spans.scanned(index));
    if (!parsed.ok) return this.notJson(index, text, parsed);
    const problems = changesOf(parsed.duplicateKeys, parsed.vanishedNumbers);
    return { state: 'read', value: parsed.value, mayHaveNegativeZero, problems };
  }

  /** @returns the value of a record of an array, or `undefined` if it is to be parsed by itself */
  private fromChunk(index: number): unknown {
    if (this.body.form !== 'array' || index < this.#singleUntil) return undefined;
    const { from, values } = this.#chunk;
    if (index < from || index >= from + values.length) this.parseChunk(index);
    return this.#chunk.values[index - this.#chunk.from];
  }

  private parseChunk(from: number): void {
    const { spans } = this.body;
    const start = spans.start(from);
    let to = from;
    while (to < spans.length && spans.isPlain(to) && spans.end(to) - start <= CHUNK_BYTES) to++;
    this.#chunk = { from, values: [] };
    this.#singleUntil = to === from ? from + 1 : to;
    if (to === from) return;
    try {
      const values = JSON.parse(`[${this.decode(start, spans.end(to - 1))}]`) as unknown[];
      if (values.length !== to - from) return;
      this.#chunk = { from, values };
      this.#singleUntil = from;
    } catch {
      // One of them is not JSON: which one is found when they are parsed one by one.
    }
  }

  /** Its beginning is read as far as the limit goes, to name the place. In an array it must be JSON all the same. */
  private readExcessive(index: number, flaw: ScanFlaw): SubmittedRecord {
    const { spans, form } = this.body;
    if (form === 'array') this.checkJson(index);
    const text = this.decode(spans.start(index), spans.flawEnd(index));
    if (text === undefined) return NOT_UTF8;
    if (text.trimStart().charCodeAt(0) !== OBJECT) return { state: 'excessive', problems: NOT_AN_OBJECT };
    try {
      return { state: 'excessive', problems: flawProblems(flaw, whereBrokenOff(text)) };
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      return this.notJson(index, text, { ok: false, detail: 'not JSON', endsEarly: false });
    }
  }

  private checkJson(index: number): void {
    const { bytes, spans } = this.body;
    try {
      checkJson(bytes, spans.start(index), spans.end(index));
    } catch (error) {
      throw error instanceof JsonSyntaxError ? notJson(bytes, error.position) : error;
    }
  }

  private decode(start: number, end: number): string | undefined {
    const { bytes, encoding, form } = this.body;
    if (form === 'lines' && encoding === 'utf8') return decodeUtf8(bytes.subarray(start, end));
    return bytes.toString(encoding, start, end);
  }

  private notJson(index: number, text: string, { detail, position, endsEarly }: UnparsedJson): UnreadableRecord {
    const { form, bytes, spans } = this.body;
    if (form === 'lines') return { state: 'unreadable', code: 'invalid-json', detail: `The line is ${detail}.` };
    if (form === 'object') throw new RefusedError({ code: 'invalid-json', detail: `The body is ${detail}.` });
    const end = spans.end(index);
    // Only the last record of an array that breaks off ends with the body.
    if (endsEarly && end === bytes.length) throw notJson(bytes, end);
    if (position === undefined) throw new RefusedError({ code: 'invalid-json', detail: 'The body is not JSON.' });
    throw notJson(bytes, spans.start(index) + Buffer.byteLength(text.slice(0, position)));
  }
}

const NOT_UTF8: UnreadableRecord = Object.freeze({
  state: 'unreadable',
  code: 'invalid-utf8',
  detail: 'The line is not UTF-8.',
});

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

function giveKey({ isBatch, records }: Submission, key: string): void {
  if (isBatch) throw keyMismatch('Idempotency-Key is for a single object; in a list, give each record its record_id.');
  const record = records.read(0);
  if (record.state !== 'read') return;
  const report = record.value as JsonObject;
  if (Object.hasOwn(report, 'record_id') && report['record_id'] !== key) {
    throw keyMismatch('Idempotency-Key and record_id mean the same and differ; send one of them.');
  }
  report['record_id'] = key;
}

function keyMismatch(detail: string): RefusedError {
  const entry: ProblemEntry = { pointer: 'header:idempotency-key', code: 'key-mismatch', detail };
  return new RefusedError({ code: 'key-mismatch', detail, errors: [entry] });
}
