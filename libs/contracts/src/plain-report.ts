import { isDigit, isSpace } from './json-bytes.js';
import { HASH_PRIME, HASH_SEED, type KnownShapes } from './known-shapes.js';
import { MAX_PAYLOAD_KEY_LENGTH, type PayloadLimits } from './payload-check.js';
import { DEVICE_ID_BYTES, endOfPlainNumber, isId, isTime, RECORD_ID_BYTES } from './plain-bytes.js';

// In this file: an import is loaded again for each byte.
const [SPACE, QUOTE, COMMA, MINUS, COLON, BACKSLASH] = [0x20, 0x22, 0x2c, 0x2d, 0x3a, 0x5c];
const [SEED, PRIME] = [HASH_SEED, HASH_PRIME];
const [LIST, LIST_END, UNDERSCORE, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x5f, 0x7b, 0x7d];

/** What the byte of a text can be. */
const [IN_TEXT, ENDS_TEXT, NOT_PLAIN] = [0, 1, 2];
const TEXT_BYTES = new Uint8Array(256).fill(NOT_PLAIN, 0, SPACE);
TEXT_BYTES[QUOTE] = ENDS_TEXT;
TEXT_BYTES[BACKSLASH] = NOT_PLAIN;

const FIELDS = ['device_id', 'timestamp', 'data_payload', 'record_id'].map((name) => Buffer.from(`${name}"`));
const [DEVICE_ID, TIMESTAMP, DATA_PAYLOAD, RECORD_ID] = [1, 2, 4, 8];
const REQUIRED = DEVICE_ID | TIMESTAMP | DATA_PAYLOAD;
const LITERALS = ['true', 'false', 'null'].map((word) => Buffer.from(word));

/** Nested containers; more are read in the other way. */
const MAX_DEPTH = 32;
/** Of one object: each is compared with those before it. */
const MAX_KEYS = 64;

/** Hashes of the keys of the objects that are open, one object after the other. A report is scanned in one turn, so all scanners share it. */
const keysOfLevels = new Int32Array(MAX_DEPTH * MAX_KEYS);

/**
 * Reads reports from bytes without making anything of them, as long as they are plain: a report that keeps every rule, whose payload is
 * written as `JSON.stringify` would write it after `JSON.parse`, white space aside: short numbers without exponents, texts without
 * escapes, no key twice. So the bytes of the payload can be copied into the event. Whatever is not plain has to be read in the other
 * way, which also says what is wrong with it. Reused: the fields describe the last report.
 */
export class PlainReportScanner {
  /** The byte after the report. */
  end = 0;
  deviceIdStart = 0;
  deviceIdEnd = 0;
  timestampStart = 0;
  timestampEnd = 0;
  payloadStart = 0;
  payloadEnd = 0;
  /** Bytes of white space in the payload. */
  payloadSpaces = 0;
  /** 0: it has no record_id. */
  recordIdStart = 0;
  recordIdEnd = 0;

  #at = 0;
  #values = 0;
  #hash = 0;
  #keysEnd = 0;
  readonly #maxDepth: number;

  /** @param bytes valid UTF-8 */
  constructor(
    private bytes: Buffer,
    private readonly limits: PayloadLimits,
    /** Left out: new keys are not counted. */
    private readonly shapes?: KnownShapes,
  ) {
    this.#maxDepth = Math.min(MAX_DEPTH, limits.maxDepth);
  }

  /** Whether a plain report begins at `from`. Takes time in proportion to its bytes, or to those before the first that is not plain. */
  scan(from: number): boolean {
    this.begin(from);
    this.recordIdStart = 0;
    const isPlain = this.report();
    this.end = this.#at;
    return isPlain && this.end - from <= this.limits.maxBytes && this.#values <= this.limits.maxValues;
  }

  /** Whether a plain payload begins at `from` of other bytes: {@link payloadEnd} is the byte after it. The limit of bytes is not applied. */
  scanPayload(bytes: Buffer, from: number): boolean {
    this.bytes = bytes;
    this.begin(from);
    return this.payload() && this.#values <= this.limits.maxValues;
  }

  private begin(from: number): void {
    this.#at = from;
    this.#values = this.#keysEnd = this.payloadSpaces = 0;
  }

  private report(): boolean {
    if (!this.skip(OBJECT)) return false;
    let found = 0;
    do {
      this.skipSpace();
      const field = this.readField();
      if (field === 0 || (found & field) !== 0) return false;
      found |= field;
      this.skipSpace();
      if (!this.skip(COLON)) return false;
      this.skipSpace();
      if (!this.fieldValue(field)) return false;
      this.skipSpace();
    } while (this.skip(COMMA));
    this.#values += 9;
    return this.skip(OBJECT_END) && (found & REQUIRED) === REQUIRED;
  }

  /** @returns the bit of a field that a report has; 0 for another one */
  private readField(): number {
    if (!this.skip(QUOTE)) return 0;
    if (this.readWord(FIELDS[0]!)) return DEVICE_ID;
    if (this.readWord(FIELDS[1]!)) return TIMESTAMP;
    if (this.readWord(FIELDS[2]!)) return DATA_PAYLOAD;
    return this.readWord(FIELDS[3]!) ? RECORD_ID : 0;
  }

  private readWord(word: Uint8Array): boolean {
    const { bytes } = this;
    const start = this.#at;
    for (let index = 0; index < word.length; index++) if (bytes[start + index] !== word[index]) return false;
    this.#at = start + word.length;
    return true;
  }

  private fieldValue(field: number): boolean {
    if (field === DATA_PAYLOAD) return this.payload();
    const start = this.#at + 1;
    if (!this.skip(QUOTE) || !this.text()) return false;
    const end = this.#at - 1;
    if (field === TIMESTAMP) {
      this.timestampStart = start;
      this.timestampEnd = end;
      return isTime(this.bytes, start, end);
    }
    if (field === DEVICE_ID) {
      this.deviceIdStart = start;
      this.deviceIdEnd = end;
      return isId(this.bytes, start, end, DEVICE_ID_BYTES);
    }
    this.recordIdStart = start;
    this.recordIdEnd = end;
    return isId(this.bytes, start, end, RECORD_ID_BYTES);
  }

  private payload(): boolean {
    this.payloadStart = this.#at;
    const isPlain = this.bytes[this.#at] === OBJECT && this.value(1);
    this.payloadEnd = this.#at;
    return isPlain;
  }

  private value(depth: number): boolean {
    this.#values++;
    const byte = this.bytes[this.#at];
    if (byte === QUOTE) {
      this.#at++;
      return this.text();
    }
    if (byte === OBJECT) return depth <= this.#maxDepth && this.object(depth);
    if (byte === LIST) return depth <= this.#maxDepth && this.list(depth);
    return byte === MINUS || isDigit(byte) ? this.number() : this.literal();
  }

  private object(depth: number): boolean {
    const firstKey = this.#keysEnd;
    let shape = SEED;
    this.#at++;
    this.skipPayloadSpace();
    if (this.skip(OBJECT_END)) return true;
    do {
      this.skipPayloadSpace();
      if (!this.key(firstKey)) return false;
      shape = Math.imul(shape ^ this.#hash, PRIME) >>> 0;
      this.shapes?.add((shape ^ (shape >>> 15)) >>> 0);
      this.skipPayloadSpace();
      if (!this.skip(COLON)) return false;
      this.skipPayloadSpace();
      if (!this.value(depth + 1)) return false;
      this.skipPayloadSpace();
    } while (this.skip(COMMA));
    this.#keysEnd = firstKey;
    return this.skip(OBJECT_END);
  }

  private list(depth: number): boolean {
    this.#at++;
    this.skipPayloadSpace();
    if (this.skip(LIST_END)) return true;
    do {
      this.skipPayloadSpace();
      if (!this.value(depth + 1)) return false;
      this.skipPayloadSpace();
    } while (this.skip(COMMA));
    return this.skip(LIST_END);
  }

  /** JSON.stringify puts keys first that look like an index of a list; `__proto__` is refused; a key with the hash of another one may be it. */
  private key(firstKey: number): boolean {
    const { bytes } = this;
    if (!this.skip(QUOTE)) return false;
    const start = this.#at;
    let at = start;
    let hash = SEED;
    for (; TEXT_BYTES[bytes[at]!] === IN_TEXT; at++) hash = Math.imul(hash ^ bytes[at]!, PRIME);
    this.#at = at + 1;
    this.#hash = hash;
    if (TEXT_BYTES[bytes[at]!] !== ENDS_TEXT || at === start || at - start > MAX_PAYLOAD_KEY_LENGTH) return false;
    return bytes[start] !== UNDERSCORE && !isDigit(bytes[start]) && this.isNewKey(hash, firstKey);
  }

  private isNewKey(hash: number, firstKey: number): boolean {
    const [keys, end] = [keysOfLevels, this.#keysEnd];
    for (let at = firstKey; at < end; at++) if (keys[at] === hash) return false;
    this.#values++;
    keys[end] = hash;
    this.#keysEnd = end + 1;
    return end - firstKey < MAX_KEYS;
  }

  /** Goes on behind its closing quote. */
  private text(): boolean {
    const { bytes } = this;
    let at = this.#at;
    while (TEXT_BYTES[bytes[at]!] === IN_TEXT) at++;
    this.#at = at + 1;
    return TEXT_BYTES[bytes[at]!] === ENDS_TEXT;
  }

  private number(): boolean {
    const end = endOfPlainNumber(this.bytes, this.#at);
    if (end >= 0) this.#at = end;
    return end >= 0;
  }

  private literal(): boolean {
    return this.readWord(LITERALS[0]!) || this.readWord(LITERALS[1]!) || this.readWord(LITERALS[2]!);
  }

  private skip(byte: number): boolean {
    const isThere = this.bytes[this.#at] === byte;
    if (isThere) this.#at++;
    return isThere;
  }

  private skipSpace(): void {
    while (isSpace(this.bytes[this.#at])) this.#at++;
  }

  private skipPayloadSpace(): void {
    for (; isSpace(this.bytes[this.#at]); this.#at++) this.payloadSpaces++;
  }
}
