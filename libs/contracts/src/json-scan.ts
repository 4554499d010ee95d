// One pass over the bytes of JSON before parsing: where a value ends, whether it exceeds a limit, and whether its text has the
// rare forms that JSON.parse changes. It does not check the grammar: JSON.parse does that later, on text whose cost is then
// known.

import { isDigit, isSpace } from './json-bytes.js';
import { endOfExcess } from './json-size.js';
import { HASH_SEED, hashOfKey, type KnownShapes } from './known-shapes.js';

/** Limits of one value. A limit bounds the memory and the time that parsing the value costs. */
export interface ScanLimits {
  /** Nested containers; the value itself is level 1. */
  maxDepth: number;
  /** Bytes of the value in its compact form, at least. */
  maxBytes: number;
  /** Keys, texts, numbers, literals and containers. */
  maxValues: number;
}

export type ScanFlaw = 'depth' | 'size' | 'values';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SMALL_U = 0x75;
const PLUS = 0x2b;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Part of a number, of a literal or of white space, or a byte that is not JSON. */
const PLAIN = 0;
const STRING = 1;
const COMMA = 2;
const COLON = 3;
const OPEN = 4;
const CLOSE = 5;
const SIGN = 6;
const EXPONENT = 7;

const KINDS = new Uint8Array(256);
const KIND_OF = { '"': STRING, ',': COMMA, ':': COLON, '[': OPEN, '{': OPEN, ']': CLOSE, '}': CLOSE };
for (const [character, kind] of Object.entries({ ...KIND_OF, '-': SIGN, e: EXPONENT, E: EXPONENT })) {
  KINDS[character.charCodeAt(0)] = kind;
}

/** Each number with this many characters differs from the next as a double. */
const MAX_SHORT_NUMBER_LENGTH = 15;
/** Of 2^53, with its first digit. */
const [LARGE_DIGITS, LARGE_FIRST_DIGIT] = [16, 0x39];

/** The smallest double is 5e-324: only numbers with a long exponent or with hundreds of written zeros are below it. */
const MAX_PLAIN_NUMBER_LENGTH = 200;

/**
 * A value with more new keys than this, and more than this for each container, is read in another way: see {@link KnownShapes}.
 */
const MAX_NEW_KEYS = 8;
const MAX_NEW_KEYS_OF_CONTAINER = 2;
const MAX_FOLLOWED_DEPTH = 64;

/** Hash of the keys so far, of the open object of each level. A value is scanned in one turn, so all scanners share it. */
const shapesOfLevels = new Uint32Array(MAX_FOLLOWED_DEPTH);

/** Scans one value after another; the fields describe the last one. Reused, so that a value costs no allocation. */
export class ValueScanner {
  /** Index after the last byte of the value; the end of the bytes if the value is not complete. */
  end = 0;
  isComplete = false;
  /** Number of texts, keys included. */
  strings = 0;
  hasEscapedKey = false;
  /** Whether a number may be too small for a double and yet not zero. */
  mayVanish = false;
  /** Whether a number may be -0. */
  mayBeNegativeZero = false;
  /** Whether it may have a whole number in digits that a double could change. */
  mayHaveLargeInteger = false;
  /** Whether it has objects with many new keys. */
  hasNewShapes = false;
  flaw: ScanFlaw | undefined;
  /** Index after the token that exceeded the limit. */
  flawEnd = 0;

  #containers = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly limits: ScanLimits,
    /** Left out: new keys are not detected. */
    private readonly shapes?: KnownShapes,
  ) {}

  /** Index of the first byte that is not white space, at most `end`. */
  skipSpace(from: number, end: number): number {
    const { bytes } = this;
    let at = from;
    while (at < end && isSpace(bytes[at]!)) at++;
    return at;
  }

  /** Whether a value can begin with this byte. */
  startsValue(at: number): boolean {
    const kind = KINDS[this.bytes[at]!]!;
    return at < this.bytes.length && kind !== COMMA && kind !== COLON && kind !== CLOSE;
  }

  /**
   * Scans the value that begins at `from`.
   *
   * @param stopsAtFlaw whether to stop at a value that exceeds a limit, without its end
   */
  scan(from: number, end: number, stopsAtFlaw: boolean): void {
    this.begin();
    const newKeysBefore = this.shapes?.newKeys ?? 0;
    this.findEnd(from, end, stopsAtFlaw);
    // If its text is shorter than the limit, so is its compact form.
    if (this.flaw === undefined && this.end - from > this.limits.maxBytes) this.checkSize(from);
    const newKeys = (this.shapes?.newKeys ?? 0) - newKeysBefore;
    this.hasNewShapes = newKeys > MAX_NEW_KEYS && newKeys > this.#containers * MAX_NEW_KEYS_OF_CONTAINER;
  }

  private begin(): void {
    this.#containers = 0;
    this.hasEscapedKey = this.mayVanish = this.mayBeNegativeZero = this.mayHaveLargeInteger = false;
    this.flaw = undefined;
  }

  /** The loop over all bytes. It sets the minimum cost of a body, so it is one function. */
  private findEnd(from: number, end: number, stopsAtFlaw: boolean): void {
    const { bytes } = this;
    const { maxDepth, maxValues } = this.limits;
    // The value itself; an item or a member is counted at the comma or bracket after it, a key at its colon.
    let [at, depth, values, last, wasOpen] = [from, 0, 1, from, false];
    let [strings, stringStart, isEscaped, staysEscaped, isOver] = [0, 0, false, false, false];
    for (; at < end && !isOver; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        stringStart = ++at;
        isEscaped = staysEscaped = false;
        for (let inner = bytes[at]; inner !== QUOTE && at < end; inner = bytes[++at]) {
          if (inner !== BACKSLASH) continue;
          isEscaped = true;
          if (bytes[++at] !== SMALL_U) staysEscaped = true;
        }
        strings++;
        isOver = depth === 0;
        continue;
      }
      const kind = KINDS[byte]!;
      if (kind === PLAIN) continue;
      if (kind >= SIGN) {
        if (kind === EXPONENT || bytes[at + 1] === ZERO) this.onRareNumber(kind, at);
        continue;
      }
      if (at - last > MAX_SHORT_NUMBER_LENGTH) this.onLongToken(last + 1, at);
      if (kind === COLON) this.onKey(depth, stringStart, isEscaped, staysEscaped);
      else if (kind === OPEN) this.onOpen(++depth);
      else if (depth === 0) break;
      else if (kind === CLOSE) isOver = --depth === 0;
      if (kind !== OPEN && !(wasOpen && kind === CLOSE && this.isEmpty(last, at))) values++;
      if ((depth > maxDepth || values > maxValues) && this.exceed(depth, at)) isOver ||= stopsAtFlaw;
      wasOpen = kind === OPEN;
      last = at;
    }
    if (at - last > MAX_SHORT_NUMBER_LENGTH) this.onLongToken(last + 1, at);
    this.strings = strings;
    this.isComplete = isOver ? at <= end : at < end;
    this.end = Math.min(at, end);
  }

  private exceed(depth: number, at: number): true {
    if (this.flaw === undefined) this.flawEnd = at + 1;
    this.flaw ??= depth > this.limits.maxDepth ? 'depth' : 'values';
    return true;
  }

  /** Whether there is nothing between the bracket at `open` and the one at `close`. */
  private isEmpty(open: number, close: number): boolean {
    return this.skipSpace(open + 1, close) === close;
  }

  private onOpen(depth: number): void {
    this.#containers++;
    shapesOfLevels[depth & (MAX_FOLLOWED_DEPTH - 1)] = HASH_SEED;
  }

  /** `-0`, or the `e` of a number, of `true` or of `false`. */
  private onRareNumber(kind: number, at: number): void {
    if (kind === SIGN) this.mayBeNegativeZero = true;
    else this.onExponent(at);
  }

  private onExponent(at: number): void {
    const { bytes, shapes } = this;
    const sign = bytes[at + 1];
    if (sign === MINUS) {
      if (isDigit(bytes[at + 4])) this.mayVanish = true;
      return;
    }
    const first = sign === PLUS ? at + 2 : at + 1;
    if (shapes !== undefined && isDigit(bytes[first]) && isDigit(bytes[first + 1])) shapes.exponents++;
  }

  /** @param start the byte after the last comma, colon or bracket; of a value that is no container, its first one */
  private onLongToken(start: number, end: number): void {
    if (end - start >= MAX_PLAIN_NUMBER_LENGTH) this.mayVanish = true;
    let from = this.skipSpace(start, end);
    if (this.bytes[from] === MINUS) from++;
    let at = from;
    while (at < end && isDigit(this.bytes[at])) at++;
    const isLarge = at - from === LARGE_DIGITS && this.bytes[from] === LARGE_FIRST_DIGIT;
    if (isLarge || at - from > LARGE_DIGITS) this.mayHaveLargeInteger = true;
  }

  /** @param start of the key after its quote */
  private onKey(depth: number, start: number, isEscaped: boolean, staysEscaped: boolean): void {
    if (isEscaped) this.hasEscapedKey = true;
    // A value that exceeds a limit is not parsed.
    if (this.shapes === undefined || this.flaw !== undefined) return;
    const level = depth & (MAX_FOLLOWED_DEPTH - 1);
    const hash = hashOfKey(this.bytes, start, shapesOfLevels[level]!);
    shapesOfLevels[level] = hash;
    this.shapes.add(hash);
    if (staysEscaped) this.shapes.escapedKeys++;
  }

  /** Index at which a value is too large even in its compact form. */
  private checkSize(from: number): void {
    this.flawEnd = endOfExcess(this.bytes, from, this.end, this.limits.maxBytes);
    if (this.flawEnd > 0) this.flaw = 'size';
  }
}
