import { isAscii, isUtf8 } from 'node:buffer';
import { KnownShapes, type PayloadLimits, PlainReportScanner, recordLimits, ValueScanner } from '@sluice/contracts';
import { RefusedError } from '../refusal.js';
import { RecordSpans } from './record-spans.js';
import { TimeSlice } from './time-slice.js';

/** In what a body is written: one JSON value, or one on each line. */
export type MediaType = 'application/json' | 'application/x-ndjson';

/** A body after one pass over its bytes: nothing of it is parsed yet. */
export interface ScannedBody {
  bytes: Buffer;
  encoding: 'latin1' | 'utf8';
  form: 'object' | 'array' | 'lines';
  spans: RecordSpans;
  /** Where an array cannot continue: if all its records before are JSON, this is what is wrong with the body. */
  brokenAt?: number | undefined;
}

const LIST = 0x5b;
const LIST_END = 0x5d;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** In shorter bodies new keys are not looked for: they cost less than the request itself. */
const MIN_FOLLOWED_BODY = 4 * 1024;
/** Slots of the table of shapes for each byte of the body. */
const SLOTS_OF_BYTE = 1 / 16;
const [MIN_SLOTS, MAX_SLOTS] = [1024, 128 * 1024];
/** New keys, and escaped ones, cost more than anything else in JSON of the same length: as many as one record has, or one for so many bytes. */
const COSTLY_KEYS_OF_VALUES = 1 / 2;
const BYTES_OF_COSTLY_KEY = 24;
/** Numbers with long exponents cost less: all that one record has, or one for so many bytes. */
const BYTES_OF_EXPONENT = 8;

/** As many records of this size as a body has bytes for are expected in it. */
const BYTES_OF_USUAL_RECORD = 160;

/** After this number of records in a row that are not plain, the others are not tried. */
const MOST_MISSES = 8;

/** The scan takes about a hundredth of the time that the rest of the work on a byte takes. */
const SCAN_SHARE = 1 / 16;

/**
 * Finds the records of a body. Takes time in proportion to its bytes, some 100 bytes of memory a record, and ends at the first record
 * beyond `maxRecords`.
 *
 * @throws RefusedError `invalid-utf8`, `too-many-records`, `body-too-large` (too many new or escaped keys, or exponents)
 */
export async function scanBody(
  bytes: Buffer,
  mediaType: MediaType,
  maxRecords: number,
  limits: PayloadLimits,
): Promise<ScannedBody> {
  const encoding = isAscii(bytes) ? 'latin1' : 'utf8';
  if (mediaType === 'application/x-ndjson') {
    const scan = new BodyScan(bytes, maxRecords, limits, encoding === 'latin1');
    return { bytes, encoding, form: 'lines', spans: await scan.lines() };
  }
  if (encoding === 'utf8' && !isUtf8(bytes))
    throw new RefusedError({ code: 'invalid-utf8', detail: 'The body is not UTF-8.' });
  const scan = new BodyScan(bytes, maxRecords, limits);
  if (!scan.isArray) return { bytes, encoding, form: 'object', spans: scan.object() };
  const spans = await scan.array();
  return { bytes, encoding, form: 'array', spans, brokenAt: scan.brokenAt };
}

class BodyScan {
  readonly #scanner: ValueScanner;
  readonly #plain: PlainReportScanner;
  readonly #spans: RecordSpans;
  readonly #slice = new TimeSlice();
  readonly #shapes: KnownShapes | undefined;
  readonly #maxCostlyKeys: number;
  readonly #maxExponents: number;
  readonly #start: number;
  #at: number;
  #misses: number;
  brokenAt: number | undefined;

  constructor(
    private readonly bytes: Buffer,
    private readonly maxRecords: number,
    limits: PayloadLimits,
    /** Whether the bytes are known to be UTF-8: others have no plain records. */
    isUtf8 = true,
  ) {
    this.#shapes = shapesFor(bytes);
    const { length } = bytes;
    const { maxValues } = limits;
    this.#maxCostlyKeys = Math.max(maxValues * COSTLY_KEYS_OF_VALUES, Math.floor(length / BYTES_OF_COSTLY_KEY));
    this.#maxExponents = Math.max(maxValues, Math.floor(length / BYTES_OF_EXPONENT));
    this.#scanner = new ValueScanner(bytes, recordLimits(limits), this.#shapes);
    this.#plain = new PlainReportScanner(bytes, limits, this.#shapes);
    this.#misses = isUtf8 ? 0 : MOST_MISSES;
    this.#start = endOfByteOrderMark(bytes, 0);
    this.#at = this.#scanner.skipSpace(this.#start, bytes.length);
    this.#spans = new RecordSpans(Math.min(maxRecords, Math.ceil(length / BYTES_OF_USUAL_RECORD)));
  }

  get isArray(): boolean {
    return this.bytes[this.#at] === LIST;
  }

  /** The text of a single record is the whole body: whatever else is in it is found when it is parsed. */
  object(): RecordSpans {
    if (this.addIfPlain(this.#at, this.bytes.length)) return this.#spans;
    this.#scanner.scan(this.#at, this.bytes.length, true);
    this.#spans.add(this.#start, this.bytes.length, this.#scanner);
    return this.#spans;
  }

  async array(): Promise<RecordSpans> {
    if (this.next() === LIST_END) return this.endOfArray();
    for (;;) {
      if (!this.#scanner.startsValue(this.#at)) return this.breakOff(this.#at);
      const start = this.#at;
      const end = this.addItem(start);
      if (end === undefined) return this.breakOff(this.bytes.length);
      this.#at = this.#scanner.skipSpace(end, this.bytes.length);
      const separator = this.bytes[this.#at];
      if (separator === LIST_END) return this.endOfArray();
      if (separator !== COMMA) return this.breakOff(this.#at);
      this.next();
      if (this.#slice.isOver((this.#at - start) * SCAN_SHARE)) await this.#slice.next();
    }
  }

  /** Blank lines are skipped, all that follow each other at once; the last line needs no end. */
  async lines(): Promise<RecordSpans> {
    const { bytes } = this;
    for (this.#at = 0; this.#at < bytes.length;) {
      const start = this.#at;
      const first = this.#scanner.skipSpace(endOfByteOrderMark(bytes, start), bytes.length);
      const lineFeed = bytes.indexOf(LINE_FEED, start);
      const end = lineFeed === -1 ? bytes.length : lineFeed;
      if (first >= end) {
        this.#at = first === bytes.length ? first : bytes.lastIndexOf(LINE_FEED, first) + 1;
      } else {
        if (!this.addIfPlain(first, end)) {
          this.#scanner.scan(first, end, true);
          this.add(start, end);
        }
        this.#at = end + 1;
      }
      if (this.#slice.isOver((this.#at - start) * SCAN_SHARE)) await this.#slice.next();
    }
    return this.#spans;
  }

  /** @returns the byte after the record; `undefined` if the body ends in it */
  private addItem(start: number): number | undefined {
    if (this.addIfPlain(start, undefined)) return this.#plain.end;
    this.#scanner.scan(start, this.bytes.length, false);
    this.add(start, this.#scanner.end);
    return this.#scanner.isComplete ? this.#scanner.end : undefined;
  }

  /**
   * Adds a plain record. Another one has to be scanned in the other way.
   *
   * @param end where nothing but white space may be between the record and this byte
   */
  private addIfPlain(start: number, end: number | undefined): boolean {
    if (this.#misses === MOST_MISSES) return false;
    const isPlain = this.#plain.scan(start) && (end === undefined || this.#plain.end <= end);
    if (!isPlain || (end !== undefined && this.#scanner.skipSpace(this.#plain.end, end) !== end)) {
      this.#misses++;
      return false;
    }
    this.#misses = 0;
    this.refuseExcess();
    this.#spans.addPlain(start, this.#plain);
    return true;
  }

  private add(start: number, end: number): void {
    this.refuseExcess();
    this.#spans.add(start, end, this.#scanner);
  }

  private refuseExcess(): void {
    if (this.#shapes !== undefined) this.refuseCostly(this.#shapes);
    if (this.#spans.length === this.maxRecords) throw tooManyRecords(this.maxRecords);
  }

  /** Goes on to the next byte that is no white space. */
  private next(): number | undefined {
    this.#at = this.#scanner.skipSpace(this.#at + 1, this.bytes.length);
    return this.bytes[this.#at];
  }

  private endOfArray(): RecordSpans {
    return this.next() === undefined ? this.#spans : this.breakOff(this.#at);
  }

  private refuseCostly({ newKeys, escapedKeys, exponents }: KnownShapes): void {
    if (exponents > this.#maxExponents)
      throw tooCostly('Too many numbers of the body have a long exponent', `${this.#maxExponents} of them`);
    if (newKeys + escapedKeys <= this.#maxCostlyKeys) return;
    if (newKeys > escapedKeys)
      throw tooCostly(
        'The objects of the body differ too much in their keys',
        `${this.#maxCostlyKeys} sequences of keys`,
      );
    throw tooCostly('Too many keys of the body have an escape such as \\n', `${this.#maxCostlyKeys} of them`);
  }

  private breakOff(at: number): RecordSpans {
    this.brokenAt = at;
    return this.#spans;
  }
}

function tooCostly(what: string, most: string): RefusedError {
  const detail = `${what}: ${most} fit in a body of this length; send fewer records in one request.`;
  return new RefusedError({ code: 'body-too-large', detail });
}

function shapesFor({ length }: Buffer): KnownShapes | undefined {
  if (length < MIN_FOLLOWED_BODY) return undefined;
  return new KnownShapes(Math.min(MAX_SLOTS, Math.max(MIN_SLOTS, length * SLOTS_OF_BYTE)));
}

/** @returns the byte after the mark, if there is one at `at` */
export function endOfByteOrderMark(bytes: Buffer, at: number): number {
  return bytes[at] === BYTE_ORDER_MARK[0] &&
    bytes[at + 1] === BYTE_ORDER_MARK[1] &&
    bytes[at + 2] === BYTE_ORDER_MARK[2]
    ? at + BYTE_ORDER_MARK.length
    : at;
}

function tooManyRecords(maxRecords: number): RefusedError {
  const detail = `A request may have ${maxRecords} records at most; send more in several requests.`;
  return new RefusedError({ code: 'too-many-records', detail });
}
