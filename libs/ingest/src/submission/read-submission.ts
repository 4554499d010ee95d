import {
  changesOf,
  decodeUtf8,
  flawProblems,
  isWhole,
  JsonSyntaxError,
  NO_PROBLEMS,
  NOT_AN_OBJECT,
  PAYLOAD_LIMITS,
  whereBrokenOff,
  type JsonObject,
  type PayloadLimits,
  type ScanFlaw,
} from '@sluice/contracts';
import { RefusedError } from '../refusal.js';
import { giveKey, keyMismatch } from './idempotency-key.js';
import { parseWithNan } from './nan-as-null.js';
import { NO_EVENTS, type PlainEvents, WrittenEvents } from './plain-events.js';
import { endOfByteOrderMark, type MediaType, scanBody, type ScannedBody } from './scan-body.js';
import type { ReadableRecord, Submission, SubmittedRecord, SubmittedRecords, UnreadableRecord } from './submission.js';
import { brokenOff, faultIn, notJson, syntaxEntry } from './syntax-fault.js';
import { TimeSlice } from './time-slice.js';

export interface SubmissionOptions {
  mediaType: MediaType;
  maxRecords: number;
  /** What a record may have; left out: the defaults of the contract. */
  limits?: PayloadLimits;
  /** Whether NaN, Infinity and -Infinity are taken as null; left out: they are not JSON. */
  nanAsNull?: boolean;
  /** The header `Idempotency-Key`: means the same as `record_id` in the one record. */
  idempotencyKey?: string | undefined;
}

/**
 * Finds the records of one object, an array or lines of objects: one meaning. A line that is no JSON is that record's own trouble.
 *
 * @throws RefusedError for what is wrong with the request as a whole: `invalid-utf8`, `invalid-json`, `wrong-shape`,
 *   `key-mismatch`, `too-many-records`
 */
export async function readSubmission(body: Buffer, options: SubmissionOptions): Promise<Submission> {
  const { mediaType, maxRecords, limits = PAYLOAD_LIMITS, nanAsNull = false } = options;
  const records = new ScannedRecords(await scanBody(body, mediaType, maxRecords, limits), { limits, nanAsNull });
  const { scanned } = records;
  if (scanned.brokenAt !== undefined) throw await firstFault(records, brokenOff(scanned, scanned.brokenAt));
  if (records.length === 0) throw new RefusedError({ code: 'wrong-shape', detail: 'The body has no record.' });
  const { idempotencyKey: key } = options;
  if (scanned.form === 'object') return { isBatch: false, records: new SingleRecord(records, key) };
  if (key === undefined) return { isBatch: true, records };
  throw keyMismatch('Idempotency-Key is for a single object; in a list, give each record its record_id.');
}

/** An array that cannot continue may have a fault in a record before, which is the one to name. */
async function firstFault(records: SubmittedRecords, last: RefusedError): Promise<RefusedError> {
  const slice = new TimeSlice();
  for (let index = 0; index < records.length; index++) {
    if (slice.isOver(records.bytesOf(index))) await slice.next();
    records.read(index);
  }
  return last;
}

/** A single record is read at once, because it may be no record at all. */
class SingleRecord implements SubmittedRecords {
  readonly length = 1;
  #record: SubmittedRecord | undefined;

  /** @throws RefusedError `wrong-shape`, `key-mismatch` */
  constructor(
    private readonly records: ScannedRecords,
    private readonly key: string | undefined,
  ) {
    if (key === undefined && records.isPlain(0)) return;
    this.#record = this.readWithKey(false);
    if (!isObject(this.#record))
      throw new RefusedError({
        code: 'wrong-shape',
        detail: 'Send one JSON object, an array of them, or one on each line.',
      });
  }

  read(_index: number, isExact = false): SubmittedRecord {
    return isExact ? this.readWithKey(true) : (this.#record ??= this.readWithKey(false));
  }

  bytesOf(): number {
    return this.records.bytesOf(0);
  }

  plainEvents(receivedAt: string, newId: () => string): PlainEvents {
    return this.key === undefined ? this.records.plainEvents(receivedAt, newId) : NO_EVENTS;
  }

  private readWithKey(isExact: boolean): SubmittedRecord {
    const record = this.records.read(0, isExact);
    if (this.key !== undefined && record.state === 'read' && isObject(record))
      giveKey(record.value as JsonObject, this.key);
    return record;
  }
}

function isObject(record: SubmittedRecord): boolean {
  return record.state === 'read' ? typeof record.value === 'object' && record.value !== null : !isNoObject(record);
}

function isNoObject(record: SubmittedRecord): boolean {
  return record.state === 'excessive' && record.problems === NOT_AN_OBJECT;
}

const OBJECT = 0x7b;

const NO_NUMBERS: ReadonlyMap<string, string> = new Map();

/** Records that are parsed together: JSON.parse is twice as fast on a list of like objects. */
const CHUNK_BYTES = 64 * 1024;

class ScannedRecords implements SubmittedRecords {
  /** Parsed values of the records from this index on. */
  #chunk: { from: number; values: readonly unknown[] } = { from: 0, values: [] };
  /** Up to here, records are parsed one by one. */
  #singleUntil = 0;

  constructor(
    readonly scanned: ScannedBody,
    private readonly options: { limits: PayloadLimits; nanAsNull: boolean },
  ) {}

  get length(): number {
    return this.scanned.spans.length;
  }

  bytesOf(index: number): number {
    return this.scanned.spans.end(index) - this.scanned.spans.start(index);
  }

  isPlain(index: number): boolean {
    return this.scanned.spans.plain(index) !== undefined;
  }

  plainEvents(receivedAt: string, newId: () => string): PlainEvents {
    return new WrittenEvents(this.scanned, receivedAt, newId);
  }

  read(index: number, mustBeExact = false): SubmittedRecord {
    const { spans } = this.scanned;
    const flaw = spans.flaw(index);
    if (flaw !== undefined) return this.readExcessive(index, flaw);
    if (this.isPlain(index) && !mustBeExact) return readPlain(this.textOf(index)!);
    const isExact = mustBeExact || spans.mayHaveLargeInteger(index);
    const inChunk = isExact ? undefined : this.fromChunk(index);
    if (inChunk !== undefined && isWhole(inChunk, spans.scanned(index))) {
      return read(inChunk, spans.mayHaveNegativeZero(index));
    }
    const text = this.textOf(index);
    if (text === undefined) return NOT_UTF8;
    const parsed = parseWithNan(text, spans.scanned(index), this.options.nanAsNull, isExact);
    if (!parsed.ok) return this.notJson(index);
    const mayHaveRareNumbers = isExact || spans.mayHaveNegativeZero(index);
    const { value, fieldNumbers } = parsed;
    return { state: 'read', value, isExact, mayHaveRareNumbers, fieldNumbers, problems: changesOf(parsed) };
  }

  /** @returns the value of a record of an array, or `undefined` if it is to be parsed by itself */
  private fromChunk(index: number): unknown {
    if (this.scanned.form !== 'array' || index < this.#singleUntil) return undefined;
    const { from, values } = this.#chunk;
    if (index < from || index >= from + values.length) this.parseChunk(index);
    return this.#chunk.values[index - this.#chunk.from];
  }

  private parseChunk(from: number): void {
    const { spans } = this.scanned;
    const start = spans.start(from);
    let to = from;
    while (to < spans.length && spans.isParsedAsIs(to) && spans.end(to) - start <= CHUNK_BYTES) to++;
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

  /** Its beginning is read as far as the limit goes, to name the place. In an array it must be JSON anyway. */
  private readExcessive(index: number, flaw: ScanFlaw): SubmittedRecord {
    const { spans, form } = this.scanned;
    if (form === 'array') this.checkJson(index);
    const text = this.decode(spans.start(index), spans.flawEnd(index));
    if (text === undefined) return NOT_UTF8;
    if (text.trimStart().charCodeAt(0) !== OBJECT) return { state: 'excessive', problems: NOT_AN_OBJECT };
    try {
      return { state: 'excessive', problems: flawProblems(flaw, whereBrokenOff(text), this.options.limits) };
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      return this.notJson(index);
    }
  }

  private checkJson(index: number): void {
    const { bytes, spans } = this.scanned;
    const fault = faultIn(bytes, spans.start(index), spans.end(index));
    if (fault !== undefined) throw notJson(bytes, fault, index);
  }

  private textOf(index: number): string | undefined {
    const { spans } = this.scanned;
    return this.decode(spans.start(index), spans.end(index));
  }

  private decode(start: number, end: number): string | undefined {
    const { bytes, encoding, form } = this.scanned;
    if (form === 'lines' && encoding === 'utf8') return decodeUtf8(bytes.subarray(start, end));
    return bytes.toString(encoding, start, end);
  }

  /** Only now it is read byte by byte: JSON.parse does not say where it stopped. */
  private notJson(index: number): UnreadableRecord {
    const { form, bytes, spans } = this.scanned;
    const [start, end] = [spans.start(index), spans.end(index)];
    const from = form === 'lines' ? endOfByteOrderMark(bytes, start) : start;
    const fault = faultIn(bytes, from, end) ?? { at: end, what: 'it cannot be read' };
    if (form !== 'lines') throw notJson(bytes, fault, form === 'array' ? index : undefined);
    const entry = syntaxEntry(bytes, fault, 'The line', index);
    return { state: 'unreadable', code: 'invalid-json', detail: entry.detail, entry };
  }
}

/** A text may have it, too: then it is only written more slowly. */
const NEGATIVE_ZERO = /[\s:,[]-0[\s,\]}]/;

function readPlain(text: string): ReadableRecord {
  return read(JSON.parse(text), NEGATIVE_ZERO.test(text));
}

/** A record in which parsing has changed nothing, but for numbers that its value shows to be large. */
function read(value: unknown, mayHaveRareNumbers: boolean): ReadableRecord {
  const nothing = { fieldNumbers: NO_NUMBERS, problems: NO_PROBLEMS };
  return { state: 'read', value, isExact: false, mayHaveRareNumbers, ...nothing };
}

const NOT_UTF8: UnreadableRecord = Object.freeze({
  state: 'unreadable',
  code: 'invalid-utf8',
  detail: 'The line is not UTF-8.',
});
