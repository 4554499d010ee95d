import type { PlainReport, PlainReportScanner, ScanFlaw, ScannedText, ValueScanner } from '@sluice/contracts';

const START = 0;
const END = 1;
const STRINGS = 2;
const FLAGS = 3;
const FLAW_END = 4;
const FIELDS = 5;

const HAS_ESCAPED_KEY = 1;
const MAY_VANISH = 2;
const HAS_NEW_SHAPES = 4;
const MAY_BE_NEGATIVE_ZERO = 8;
const MAY_HAVE_LARGE_INTEGER = 16;
const FLAW_SHIFT = 5;
const FLAWS: readonly (ScanFlaw | undefined)[] = [undefined, 'depth', 'size', 'values'];

/** Where the records of a body are, and what the scan has found in each. Plain numbers: 40 bytes a record. */
export class RecordSpans {
  readonly #fields: number[] = [];

  get length(): number {
    return this.#fields.length / FIELDS;
  }

  readonly #plain = new PlainSpans();

  /** @param start first byte of a record that the scanner has found plain */
  addPlain(start: number, scanner: PlainReportScanner): void {
    this.#plain.set(this.length, scanner);
    this.#fields.push(start, scanner.end, 0, 0, 0);
  }

  /** The parts of a plain record, until the next call; `undefined` for another one. */
  plain(index: number): PlainReport | undefined {
    return this.#plain.get(index);
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
    this.#fields.push(start, end, scanner.strings, flags | flaw, scanner.flawEnd);
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
    return (this.field(index, FLAGS) & ~MAY_BE_NEGATIVE_ZERO) === 0;
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
}

const PLAIN_FIELDS = 9;

/** The parts of the plain records of a body. Plain numbers; the fields are those of the record that was asked for last. */
class PlainSpans implements PlainReport {
  /** Where the parts of a record are among {@link #parts}, by its index. */
  readonly #from: (number | undefined)[] = [];
  readonly #parts: number[] = [];
  deviceIdStart = 0;
  deviceIdEnd = 0;
  timestampStart = 0;
  timestampEnd = 0;
  payloadStart = 0;
  payloadEnd = 0;
  payloadSpaces = 0;
  recordIdStart = 0;
  recordIdEnd = 0;

  set(index: number, scanner: PlainReportScanner): void {
    const { deviceIdStart, deviceIdEnd, timestampStart, timestampEnd, payloadStart, payloadEnd } = scanner;
    const { payloadSpaces, recordIdStart, recordIdEnd } = scanner;
    this.#from[index] = this.#parts.length;
    this.#parts.push(deviceIdStart, deviceIdEnd, timestampStart, timestampEnd, payloadStart, payloadEnd);
    this.#parts.push(payloadSpaces, recordIdStart, recordIdEnd);
  }

  get(index: number): PlainReport | undefined {
    const from = this.#from[index];
    if (from === undefined) return undefined;
    const parts = this.#parts;
    this.deviceIdStart = parts[from]!;
    this.deviceIdEnd = parts[from + 1]!;
    this.timestampStart = parts[from + 2]!;
    this.timestampEnd = parts[from + 3]!;
    this.payloadStart = parts[from + 4]!;
    this.payloadEnd = parts[from + 5]!;
    this.payloadSpaces = parts[from + 6]!;
    this.recordIdStart = parts[from + 7]!;
    this.recordIdEnd = parts[from + PLAIN_FIELDS - 1]!;
    return this;
  }
}
