import type { ScanFlaw, ScannedText, ValueScanner } from '@sluice/contracts';

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
const FLAW_SHIFT = 4;
const FLAWS: readonly (ScanFlaw | undefined)[] = [undefined, 'depth', 'size', 'values'];

/** Where the records of a body are, and what the scan has found in each. Plain numbers: 40 bytes a record. */
export class RecordSpans {
  readonly #fields: number[] = [];

  get length(): number {
    return this.#fields.length / FIELDS;
  }

  /** @param start first byte of the record; its end and the rest are those of the scanner's last value */
  add(start: number, end: number, scanner: ValueScanner): void {
    const flags =
      (scanner.hasEscapedKey ? HAS_ESCAPED_KEY : 0) |
      (scanner.mayVanish ? MAY_VANISH : 0) |
      (scanner.hasNewShapes ? HAS_NEW_SHAPES : 0) |
      (scanner.mayBeNegativeZero ? MAY_BE_NEGATIVE_ZERO : 0);
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
  isPlain(index: number): boolean {
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

  private field(index: number, field: number): number {
    return this.#fields[index * FIELDS + field]!;
  }
}
