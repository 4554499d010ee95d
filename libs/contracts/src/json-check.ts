import { JsonSyntaxError } from './json-reader.js';

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const LIST = 0x5b;
const BACKSLASH = 0x5c;
const LIST_END = 0x5d;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
const LOWER_CASE = 0x20;
const SPACE = 0x20;
const HEX_DIGITS = 4;

const LITERALS = ['true', 'false', 'null'].map((word) => Buffer.from(word));
const ESCAPES = new Set(Buffer.from('"\\/bfnrtu'));
const HEX = new Set(Buffer.from('0123456789abcdefABCDEF'));
const FIRST_DEPTH = 1024;

/**
 * Checks that these bytes are one JSON value, without building it: one byte of memory for each level, whatever it holds.
 *
 * @throws JsonSyntaxError with the index of the first byte that cannot be there
 */
export function checkJson(bytes: Uint8Array, from: number, end: number): void {
  new JsonChecker(bytes, from, end).check();
}

class JsonChecker {
  /** The bracket that closes the container of each level. */
  #closers = new Uint8Array(FIRST_DEPTH);
  #depth = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly end: number,
  ) {}

  check(): void {
    do {
      while (this.beginsContainer());
      while (this.#depth > 0 && this.endsContainer()) this.#depth--;
    } while (this.#depth > 0);
    this.next();
    if (this.at < this.end) throw this.fault();
  }

  private fault(): JsonSyntaxError {
    return new JsonSyntaxError(Math.min(this.at, this.end));
  }

  /** The next byte that is not white space. */
  private next(): number | undefined {
    for (; this.at < this.end; this.at++) {
      const byte = this.bytes[this.at]!;
      if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
    }
    return undefined;
  }

  private beginsContainer(): boolean {
    const byte = this.next();
    if (byte === OBJECT) return this.enter(OBJECT_END);
    if (byte === LIST) return this.enter(LIST_END);
    if (byte === QUOTE) this.string();
    else if (byte === MINUS || this.isDigit()) this.number();
    else this.literal();
    return false;
  }

  private enter(closer: number): boolean {
    if (this.#depth === this.#closers.length) this.grow();
    this.at++;
    if (this.next() === closer) {
      this.at++;
      return false;
    }
    this.#closers[this.#depth++] = closer;
    if (closer === OBJECT_END) this.key();
    return true;
  }

  private endsContainer(): boolean {
    const closer = this.#closers[this.#depth - 1]!;
    const byte = this.next();
    if (byte !== COMMA && byte !== closer) throw this.fault();
    this.at++;
    if (byte === closer) return true;
    if (closer === OBJECT_END) this.key();
    return false;
  }

  private grow(): void {
    const grown = new Uint8Array(this.#closers.length * 2);
    grown.set(this.#closers);
    this.#closers = grown;
  }

  private key(): void {
    if (this.next() !== QUOTE) throw this.fault();
    this.string();
    if (this.next() !== COLON) throw this.fault();
    this.at++;
  }

  private string(): void {
    for (this.at++; this.at < this.end; this.at++) {
      const byte = this.bytes[this.at]!;
      if (byte === BACKSLASH) this.escape();
      else if (byte < SPACE) throw this.fault();
      else if (byte === QUOTE) {
        this.at++;
        return;
      }
    }
    throw this.fault();
  }

  /** Advances to its last byte. */
  private escape(): void {
    const byte = this.bytes[++this.at]!;
    if (!ESCAPES.has(byte)) throw this.fault();
    if (byte !== LOWER_U) return;
    for (let digit = 0; digit < HEX_DIGITS; digit++) {
      if (!HEX.has(this.bytes[++this.at]!)) throw this.fault();
    }
  }

  private isDigit(): boolean {
    const byte = this.bytes[this.at]!;
    return this.at < this.end && byte >= ZERO && byte <= NINE;
  }

  private number(): void {
    if (this.bytes[this.at] === MINUS) this.at++;
    if (this.isDigit() && this.bytes[this.at] === ZERO) this.at++;
    else this.digits();
    if (this.bytes[this.at] === POINT) {
      this.at++;
      this.digits();
    }
    if ((this.bytes[this.at]! | LOWER_CASE) !== LOWER_E) return;
    const sign = this.bytes[++this.at];
    if (sign === PLUS || sign === MINUS) this.at++;
    this.digits();
  }

  /** Skips one digit or more. */
  private digits(): void {
    if (!this.isDigit()) throw this.fault();
    while (this.isDigit()) this.at++;
  }

  private literal(): void {
    const word = LITERALS.find(([first]) => first === this.bytes[this.at]);
    if (word === undefined) throw this.fault();
    for (const byte of word) {
      if (this.bytes[this.at] !== byte) throw this.fault();
      this.at++;
    }
    if (this.at > this.end) throw this.fault();
  }
}
