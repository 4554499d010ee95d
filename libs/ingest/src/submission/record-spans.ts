import type { PlainReport, PlainReportScanner, ScanFlaw, ScannedText, ValueScanner } from '@sluice/contracts';

const START = 0;
const END = 1;
const STRINGS = 2;
const FLAGS = 3;
const FLAW_END = 4;
/** Nine fields of a plain record follow. */
const PLAIN = 5;
const FIELDS = 14;

const HAS_ESCAPED_KEY = 1;
const MAY_VANISH = 2;
const HAS_NEW_SHAPES = 4;
const MAY_BE_NEGATIVE_ZERO = 8;
const MAY_HAVE_LARGE_INTEGER = 16;
const IS_PLAIN = 32;
const FLAW_SHIFT = 6;
const FLAWS: readonly (ScanFlaw | undefined)[] = [undefined, 'depth', 'size', 'values'];

/**
 * Where the records of a body are, and what the scan has found in each: 56 bytes a record. From the second record on, twice as many are
 * reserved, or as many as are expected.
 */
export class RecordSpans {
  #fields = new Int32Array(FIELDS);
  #length = 0;
  readonly #plain = new PlainSpan();

  /** @param expected how many records the body may have */
  constructor(private readonly expected: number) {}

  get length(): number {
    return this.#length;
  }

  /** @param start first byte of a record that the scanner has found plain */
  addPlain(start: number, scanner: PlainReportScanner): void {
    const at = this.next();
    const fields = this.#fields;
    fields[at + START] = start;
    fields[at + END] = scanner.end;
    fields[at + FLAGS] = IS_PLAIN;
    writePlain(scanner, fields, at + PLAIN);
  }

  /** The parts of a plain record, until the next call; `undefined` for another one. */
  plain(index: number): PlainReport | undefined {
    if ((this.field(index, FLAGS) & IS_PLAIN) === 0) return undefined;
    this.#plain.read(this.#fields, index * FIELDS + PLAIN);
    return this.#plain;
  }

  /** @param start first byte of the record; its end and the rest are those of the scanner's last value */
  add(start: number, end: number, scanner: ValueScanner): void {
    const flags =
      (scanner.hasEscapedKey ? HAS_ESCAPED_KEY : 0) |
      (scanner.mayVanish ? MAY_VANISH : 0) |
      (scanner.hasNewShapes ? HAS_NEW_SHAPES : 0) |
      (scanner.mayBeNegativeZero ? MAY_BE_NEGATIVE_ZERO : 0) |
      (scanner.mayHaveLargeInteger ? MAY_HAVE_LARGE_INTEGER : 0);
    const flaw = FLAWS.indexOf(scanner.flaw) << FLAW_SHIFT;
    const at = this.next();
    this.#fields.set([start, end, scanner.strings, flags | flaw, scanner.flawEnd], at);
  }

  start(index: number): number {
    return this.field(index, START);
  }

  end(index: number): number {
    return this.field(index, END);
  }

  flaw(index: number): ScanFlaw | undefined {
    return FLAWS[this.field(index, FLAGS) >>> FLAW_SHIFT];
  }

  flawEnd(index: number): number {
    return this.field(index, FLAW_END);
  }

  /** Whether JSON.parse reads it, and is the fastest way to. */
  isParsedAsIs(index: number): boolean {
    return (this.field(index, FLAGS) & ~(MAY_BE_NEGATIVE_ZERO | IS_PLAIN)) === 0;
  }

  scanned(index: number): ScannedText {
    const flags = this.field(index, FLAGS);
    return {
      strings: this.field(index, STRINGS),
      hasEscapedKey: (flags & HAS_ESCAPED_KEY) !== 0,
      mayVanish: (flags & MAY_VANISH) !== 0,
      hasNewShapes: (flags & HAS_NEW_SHAPES) !== 0,
    };
  }

  mayHaveNegativeZero(index: number): boolean {
    return (this.field(index, FLAGS) & MAY_BE_NEGATIVE_ZERO) !== 0;
  }

  /** Whether it is to be read exactly at once. Where this is false, it has no such number. */
  mayHaveLargeInteger(index: number): boolean {
    return (this.field(index, FLAGS) & MAY_HAVE_LARGE_INTEGER) !== 0;
  }

  private field(index: number, field: number): number {
    return this.#fields[index * FIELDS + field]!;
  }

  /** @returns where the fields of one more record are to be written */
  private next(): number {
    const at = this.#length++ * FIELDS;
    if (at === this.#fields.length) {
      const longer = new Int32Array(Math.max(2 * at, FIELDS * this.expected));
      longer.set(this.#fields);
      this.#fields = longer;
    }
    return at;
  }
}

/** The parts of one plain record, in the order of {@link writePlain}. */
class PlainSpan implements PlainReport {
  deviceIdStart = 0;
  deviceIdEnd = 0;
  timestampStart = 0;
  timestampEnd = 0;
  payloadStart = 0;
  payloadEnd = 0;
  payloadSpaces = 0;
  recordIdStart = 0;
  recordIdEnd = 0;

  read(fields: Int32Array, at: number): void {
    this.deviceIdStart = fields[at]!;
    this.deviceIdEnd = fields[at + 1]!;
    this.timestampStart = fields[at + 2]!;
    this.timestampEnd = fields[at + 3]!;
    this.payloadStart = fields[at + 4]!;
    this.payloadEnd = fields[at + 5]!;
    this.payloadSpaces = fields[at + 6]!;
    this.recordIdStart = fields[at + 7]!;
    this.recordIdEnd = fields[at + 8]!;
  }
}

function writePlain(report: PlainReport, fields: Int32Array, at: number): void {
  fields[at] = report.deviceIdStart;
  fields[at + 1] = report.deviceIdEnd;
  fields[at + 2] = report.timestampStart;
  fields[at + 3] = report.timestampEnd;
  fields[at + 4] = report.payloadStart;
  fields[at + 5] = report.payloadEnd;
  fields[at + 6] = report.payloadSpaces;
  fields[at + 7] = report.recordIdStart;
  fields[at + 8] = report.recordIdEnd;
}
