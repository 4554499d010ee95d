// One pass over the bytes of JSON before anything is parsed: where a value ends, whether it exceeds a limit, and whether its text has
// the rare forms that JSON.parse changes. It checks no grammar: JSON.parse does that later, on text whose cost is then known.

/** What one value may have. A limit is a bound on the memory and the time that parsing the value costs. */
export interface ScanLimits {
  /** Nested containers; the value itself is level 1. */
  maxDepth: number;
  /** Bytes that are left of the value when it is written compactly, at least. */
  maxBytes: number;
  /** Keys, texts, numbers, literals and containers. */
  maxValues: number;
}

export type ScanFlaw = 'depth' | 'size' | 'values';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
const LOWER_CASE = 0x20;

const SPACE = 0;
const SCALAR = 1;
const STRING = 2;
const OPEN = 3;
const CLOSE = 4;
const COMMA = 5;
const COLON = 6;

/** The kind of token that each byte begins. Bytes that JSON does not have pass for part of a number or a literal. */
const KINDS = new Uint8Array(256).fill(SCALAR);
for (const space of ' \t\r\n') KINDS[space.charCodeAt(0)] = SPACE;
for (const [text, kind] of [
  ['"', STRING],
  ['[{', OPEN],
  [']}', CLOSE],
  [',', COMMA],
  [':', COLON],
] as const) {
  for (const character of text) KINDS[character.charCodeAt(0)] = kind;
}

/** More digits change no double: below it, a number counts as one byte, because it may be written that short. */
const MAX_NUMBER_LENGTH = 1100;
/** The smallest double is 5e-324: below it are only numbers with a long exponent or with hundreds of zeros written out. */
const MAX_PLAIN_NUMBER_LENGTH = 200;
const MIN_LONG_EXPONENT = 'e-ddd'.length;
/** A value with more new keys than these, and more than these a container, is read in another way: see {@link KnownShapes}. */
const MAX_NEW_KEYS = 8;
const MAX_NEW_KEYS_OF_CONTAINER = 2;
const MAX_FOLLOWED_DEPTH = 64;

/**
 * Which sequences of keys the objects of a body, or of a process, have had, by hash. Devices send the same ones again and again: V8 has
 * a hidden class of each, and JSON.parse is fast. A key that continues its object as none before is new, and costs ten times as much.
 */
export class KnownShapes {
  readonly #hashes: Uint32Array;
  /** How many were new. A sequence that another one with the same slot has displaced is new again. */
  newKeys = 0;

  constructor(slots = 16 * 1024) {
    this.#hashes = new Uint32Array(slots);
  }

  add(hash: number): void {
    const slot = hash % this.#hashes.length;
    if (this.#hashes[slot] === hash) return;
    this.#hashes[slot] = hash;
    this.newKeys++;
  }
}

/** Else it could be foretold which keys pass for known ones. */
const HASH_SEED = Math.floor(Math.random() * 2 ** 32);
const HASH_PRIME = 0x01000193;

const UNICODE_ESCAPE_SLACK = '\\uXXXX'.length - 1;

/** Scans one value after the other; the fields describe the last one. Reused, so that a value costs no allocation. */
export class ValueScanner {
  /** The byte after the value; the end of the bytes if the value is not complete. */
  end = 0;
  isComplete = false;
  /** Texts, keys included. */
  strings = 0;
  hasEscapedKey = false;
  /** Whether a number may be too small for a double and yet not zero. */
  mayVanish = false;
  /** Whether a number may be -0. */
  mayBeNegativeZero = false;
  /** Whether it has objects of many new keys. */
  hasNewShapes = false;
  flaw: ScanFlaw | undefined;
  /** The byte after the token that exceeded the limit. */
  flawEnd = 0;

  /** Bytes of the value that do not count: white space, long forms of numbers and characters. */
  #slack = 0;
  #isEscaped = false;
  #stringStart = 0;
  #stringEnd = 0;
  #containers = 0;
  /** Hash of the keys so far, of the open object of each level. */
  readonly #shapes = new Uint32Array(MAX_FOLLOWED_DEPTH);

  constructor(
    private readonly bytes: Uint8Array,
    private readonly limits: ScanLimits,
    private readonly shapes = new KnownShapes(),
  ) {}

  /** Index of the first byte that is no white space, at most `end`. */
  skipSpace(from: number, end: number): number {
    const { bytes } = this;
    let at = from;
    while (at < end && KINDS[bytes[at]!] === SPACE) at++;
    return at;
  }

  /** Whether a value can begin with this byte. */
  startsValue(at: number): boolean {
    const kind = KINDS[this.bytes[at]!]!;
    return kind === SCALAR || kind === STRING || kind === OPEN;
  }

  /**
   * Scans the value that begins at `from`.
   *
   * @param stopsAtFlaw whether the end of a value that exceeds a limit is of no interest
   */
  scan(from: number, end: number, stopsAtFlaw: boolean): void {
    this.begin();
    const { bytes } = this;
    const knownBefore = this.shapes.newKeys;
    let [at, depth, values] = [from, 0, 0];
    for (; at < end; at++) {
      const kind = KINDS[bytes[at]!]!;
      if (kind === STRING) at = this.endOfString(at, end);
      else if (kind === SCALAR) at = this.endOfScalar(at, end);
      else if (kind === OPEN) this.onOpen(++depth);
      else if (kind === CLOSE) depth--;
      else {
        if (kind === SPACE) this.#slack++;
        else if (kind === COLON) this.onKey(depth);
        this.#isEscaped &&= kind === SPACE;
        continue;
      }
      if (kind !== CLOSE) values++;
      if (this.flaw === undefined && this.exceeds(depth, values, at - from)) {
        this.flawEnd = at + 1;
        if (stopsAtFlaw) break;
      }
      if (depth <= 0) break;
    }
    this.isComplete = at < end;
    this.end = Math.min(at + 1, end);
    const newKeys = this.shapes.newKeys - knownBefore;
    this.hasNewShapes = newKeys > MAX_NEW_KEYS && newKeys > this.#containers * MAX_NEW_KEYS_OF_CONTAINER;
  }

  private begin(): void {
    this.strings = this.#slack = 0;
    this.hasEscapedKey = this.mayVanish = this.mayBeNegativeZero = this.hasNewShapes = this.#isEscaped = false;
    this.#containers = 0;
    this.flaw = undefined;
  }

  private onOpen(depth: number): void {
    this.#containers++;
    this.#shapes[depth % MAX_FOLLOWED_DEPTH] = HASH_SEED;
  }

  private exceeds(depth: number, values: number, bytes: number): boolean {
    const { maxDepth, maxBytes, maxValues } = this.limits;
    if (depth > maxDepth) this.flaw = 'depth';
    else if (values > maxValues) this.flaw = 'values';
    else if (bytes - this.#slack > maxBytes) this.flaw = 'size';
    return this.flaw !== undefined;
  }

  /** Index of the quote that ends the text which begins at `from`. */
  private endOfString(from: number, end: number): number {
    const { bytes } = this;
    let at = from + 1;
    let isEscaped = false;
    for (let byte = bytes[at]; byte !== QUOTE && at < end; byte = bytes[++at]) {
      if (byte !== BACKSLASH) continue;
      isEscaped = true;
      if (bytes[++at] === LOWER_U) this.#slack += UNICODE_ESCAPE_SLACK;
    }
    this.strings++;
    this.#isEscaped = isEscaped;
    this.#stringStart = from;
    this.#stringEnd = at;
    return at;
  }

  /** The last text was a key of an object of this level. */
  private onKey(depth: number): void {
    if (this.#isEscaped) this.hasEscapedKey = true;
    // What exceeds a limit is not parsed.
    if (this.flaw !== undefined) return;
    const { bytes } = this;
    const level = depth % MAX_FOLLOWED_DEPTH;
    let hash = this.#shapes[level]!;
    for (let at = this.#stringStart; at < this.#stringEnd; at++) hash = Math.imul(hash ^ bytes[at]!, HASH_PRIME);
    hash = (hash ^ (hash >>> 15)) >>> 0;
    this.#shapes[level] = hash;
    this.shapes.add(hash);
  }

  /** Index of the last byte of the number or literal which begins at `from`. */
  private endOfScalar(from: number, end: number): number {
    const { bytes } = this;
    let at = from;
    let exponent = end;
    for (let next = bytes[at + 1]!; at + 1 < end && KINDS[next] === SCALAR; next = bytes[at + 1]!) {
      at++;
      if ((next | LOWER_CASE) === LOWER_E) exponent = at;
    }
    const length = at - from + 1;
    if (bytes[from] === MINUS && bytes[from + 1] === ZERO) this.mayBeNegativeZero = true;
    if (length <= MAX_NUMBER_LENGTH) this.#slack += length - 1;
    const isLong = at - exponent >= MIN_LONG_EXPONENT - 1 && bytes[exponent + 1] === MINUS;
    if (isLong || length > MAX_PLAIN_NUMBER_LENGTH) this.mayVanish = true;
    return at;
  }
}

const QUOTE_CHARACTER = '"';
const COLON_CHARACTER = 0x3a;
const SPACE_CHARACTER = 0x20;

/** Whether a key in the text of valid JSON has an escape. */
export function hasEscapedKey(text: string): boolean {
  let quote = -1;
  for (let at = text.indexOf('\\'); at >= 0;) {
    const next = text.indexOf('\\', at + 2);
    if (quote < at + 2) quote = text.indexOf(QUOTE_CHARACTER, at + 2);
    const isLastOfString = next < 0 || next > quote;
    if (isLastOfString && isFollowedByColon(text, quote)) return true;
    at = next;
  }
  return false;
}

function isFollowedByColon(text: string, at: number): boolean {
  let next = at + 1;
  while (text.charCodeAt(next) <= SPACE_CHARACTER) next++;
  return text.charCodeAt(next) === COLON_CHARACTER;
}
