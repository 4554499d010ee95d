import type { JsonObject, JsonValue } from './event.js';
import { boundedPointer } from './json-pointer.js';
import { escapeLength, readEscape } from './json-escape.js';
import { endOfNumber, endOfWhole } from './json-number.js';
import { largeInteger } from './number-texts.js';

/** A parsed value, and the locations, as JSON Pointers, where it cannot hold what its text has. */
export interface ReadText {
  value: unknown;
  /** Keys that occur twice in one object; the value has the last one. At most {@link MAX_CHANGES}. */
  duplicateKeys: string[];
  /** Numbers that are not zero and too small for a double; the value has zero. At most {@link MAX_CHANGES}. */
  vanishedNumbers: string[];
  /** Whole numbers in digits beyond 64 bits; the value has the nearest double. At most {@link MAX_CHANGES}. */
  hugeNumbers: string[];
  /** Texts of the numbers that are members of the outermost object, by their keys. */
  fieldNumbers: ReadonlyMap<string, string>;
}

/** Limit of listed locations of each kind for one text. */
export const MAX_CHANGES = 20;

/** The text is not JSON. */
export class JsonSyntaxError extends SyntaxError {
  override readonly name = 'JsonSyntaxError';

  /** @param position index of the character that cannot be there; the length of the text if it ends too early */
  constructor(readonly position: number) {
    super('not JSON');
  }
}

/**
 * Reads JSON to any depth, in linear time. A whole number in digits that a double could change is a bigint. On ordinary text
 * JSON.parse is several times faster. On objects with many new keys this function is faster, because JSON.parse makes a hidden
 * class for each key.
 *
 * @param hasNewShapes whether the objects are kept as hash tables
 * @throws JsonSyntaxError
 */
export function readText(text: string, hasNewShapes = true): ReadText {
  const reader = new JsonReader(text, hasNewShapes);
  const value = reader.read();
  const { duplicateKeys, vanishedNumbers, hugeNumbers, fieldNumbers } = reader;
  return { value, duplicateKeys, vanishedNumbers, hugeNumbers, fieldNumbers };
}

/** Where an incomplete JSON text ends. */
export interface BrokenOff {
  /** From the outermost value to the last one that was read. */
  steps: (string | number)[];
  /** Members of the outermost object whose keys have been read; the last value may be incomplete. */
  fields: readonly string[];
}

/**
 * @param text the beginning of JSON up to the end of a token, or of a character of a text
 * @throws JsonSyntaxError if it is not JSON before its end
 */
export function whereBrokenOff(text: string): BrokenOff {
  const reader = new JsonReader(text);
  try {
    reader.read();
  } catch (error) {
    if (!(error instanceof JsonSyntaxError) || error.position < text.length) throw error;
  }
  reader.endKey();
  return { steps: reader.steps, fields: reader.fields };
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const LIST = 0x5b;
const BACKSLASH = 0x5c;
const LIST_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/** Each number with this many digits is a whole double. */
const MAX_DIGITS = 15;
const LITERALS: readonly [string, JsonValue][] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

interface OpenContainer {
  value: JsonObject | JsonValue[];
  /** Key of the current member; `undefined` in a list, and before the first member. */
  key: string | undefined;
}

class JsonReader {
  readonly duplicateKeys: string[] = [];
  readonly vanishedNumbers: string[] = [];
  readonly hugeNumbers: string[] = [];
  readonly fieldNumbers = new Map<string, string>();
  /** Keys of the outermost object. */
  readonly fields: string[] = [];
  readonly #open: OpenContainer[] = [];
  #top: OpenContainer | undefined;
  #value: unknown;
  #at = 0;
  /** The text without an end, if it is a key. */
  #brokenKey: string | undefined;

  constructor(
    private readonly text: string,
    private readonly hasNewShapes = true,
  ) {}

  /** Path to the last value or key that was read. */
  get steps(): (string | number)[] {
    const steps = this.#open.map(({ value, key }) => (Array.isArray(value) ? value.length - 1 : key));
    // The innermost container has no step if nothing of it has been read.
    return steps.filter((step) => step !== undefined && step !== -1) as (string | number)[];
  }

  read(): unknown {
    do {
      while (this.beginsContainer());
      while (this.#top !== undefined && this.endsContainer(this.#top)) this.leave();
    } while (this.#top !== undefined);
    if (this.next() < this.text.length) throw this.fault();
    return this.#value;
  }

  /** Advances to the next character that is not white space. */
  private next(): number {
    const { text } = this;
    let at = this.#at;
    for (let code = text.charCodeAt(at); code <= SPACE; code = text.charCodeAt(++at)) {
      if (code !== SPACE && code !== 0x0a && code !== 0x0d && code !== 0x09) break;
    }
    return (this.#at = at);
  }

  /** The character that is not valid JSON here. */
  private fault(at = this.#at): JsonSyntaxError {
    return new JsonSyntaxError(Math.min(at, this.text.length));
  }

  /** Reads a value. @returns whether it is a container with something in it, whose first value follows */
  private beginsContainer(): boolean {
    const code = this.text.charCodeAt(this.next());
    if (code === OBJECT) return this.enter(this.hasNewShapes ? dictionary() : {}, OBJECT_END);
    if (code === LIST) return this.enter([], LIST_END);
    if (code === QUOTE) this.add(this.readString());
    else if (code === MINUS || (code >= ZERO && code <= NINE)) this.addNumber();
    else this.add(this.readLiteral());
    return false;
  }

  private enter(value: JsonObject | JsonValue[], end: number): boolean {
    this.add(value);
    this.#at++;
    this.#top = { value, key: undefined };
    this.#open.push(this.#top);
    if (this.text.charCodeAt(this.next()) === end) {
      this.#at++;
      this.leave();
      return false;
    }
    if (end === OBJECT_END) this.readKey(this.#top);
    return true;
  }

  private leave(): void {
    this.#open.pop();
    this.#top = this.#open.at(-1);
  }

  /** Reads what follows a value. @returns whether it is the end of the container; else the next value follows */
  private endsContainer(top: OpenContainer): boolean {
    const isList = Array.isArray(top.value);
    const code = this.text.charCodeAt(this.next());
    if (code === COMMA) {
      this.#at++;
      if (!isList) this.readKey(top);
      return false;
    }
    if (code !== (isList ? LIST_END : OBJECT_END)) throw this.fault();
    this.#at++;
    return true;
  }

  /** After an incomplete text: a key counts as far as it was read. */
  endKey(): void {
    if (this.#brokenKey !== undefined) this.setKey(this.#top!, this.#brokenKey);
  }

  private setKey(top: OpenContainer, key: string): void {
    top.key = key;
    if (this.#open.length === 1) this.fields.push(key);
  }

  private readKey(top: OpenContainer): void {
    if (this.text.charCodeAt(this.next()) !== QUOTE) throw this.fault();
    const key = this.readString(true);
    this.setKey(top, key);
    if (Object.hasOwn(top.value, key)) this.note(this.duplicateKeys);
    if (this.text.charCodeAt(this.next()) !== COLON) throw this.fault();
    this.#at++;
  }

  private readString(isKey = false): string {
    const { text } = this;
    let from = this.#at + 1;
    let read = '';
    for (let at = from; ; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return read === '' ? text.slice(from, at) : read + text.slice(from, at);
      }
      if (code === BACKSLASH) {
        const character = readEscape(text, at);
        if (character < 0) throw this.fault(at - character);
        read += text.slice(from, at) + String.fromCharCode(character);
        from = at + escapeLength(text, at);
        at = from - 1;
      } else if (!(code >= SPACE)) {
        if (isKey && at >= text.length) this.#brokenKey = read + text.slice(from);
        throw this.fault(at);
      }
    }
  }

  private addNumber(): void {
    if (this.addsDigits()) return;
    const start = this.#at;
    const wholeEnd = this.requireEnd(endOfWhole(this.text, start));
    const token = this.text.slice(start, (this.#at = this.requireEnd(endOfNumber(this.text, wholeEnd))));
    if (this.#open.length === 1) this.noteField(token);
    const value = Number(token);
    if (this.#at === wholeEnd && !Number.isSafeInteger(value)) return this.addLarge(token);
    this.add(value);
    if (value === 0 && /^[^eE]*[1-9]/.test(token)) this.note(this.vanishedNumbers);
  }

  private requireEnd(end: number): number {
    if (end < 0) throw this.fault(-end);
    return end;
  }

  private addLarge(digits: string): void {
    const value = largeInteger(digits);
    this.add(value ?? Number(digits));
    // An error of a field itself, and a number outside the range of doubles, are found in the value.
    if (value === undefined && this.#open.length > 1 && Number.isFinite(Number(digits))) this.note(this.hugeNumbers);
  }

  private noteField(token: string): void {
    const key = this.#top?.key;
    if (key !== undefined) this.fieldNumbers.set(key, token);
  }

  /** The fast path for a whole number of a few digits. */
  private addsDigits(): boolean {
    const { text } = this;
    const start = this.#at;
    let [at, value, code] = [start, 0, text.charCodeAt(start)];
    for (; code >= ZERO && code <= NINE && at - start < MAX_DIGITS; code = text.charCodeAt(++at)) {
      value = value * 10 + code - ZERO;
    }
    const isOver = code === COMMA || code === OBJECT_END || code === LIST_END;
    if (!isOver || at === start || (at > start + 1 && text.charCodeAt(start) === ZERO)) return false;
    this.#at = at;
    if (this.#open.length === 1) this.noteField(text.slice(start, at));
    this.add(value);
    return true;
  }

  private readLiteral(): JsonValue {
    const { text } = this;
    const literal = LITERALS.find(([word]) => word[0] === text[this.#at]);
    if (literal === undefined) throw this.fault();
    const [word, value] = literal;
    for (let index = 1; index < word.length; index++) {
      if (text[this.#at + index] !== word[index]) throw this.fault(this.#at + index);
    }
    this.#at += word.length;
    return value;
  }

  private note(places: string[]): void {
    if (places.length < MAX_CHANGES) places.push(boundedPointer(this.steps));
  }

  private add(value: JsonValue): void {
    const top = this.#top;
    if (top === undefined) this.#value = value;
    else if (Array.isArray(top.value)) top.value.push(value);
    // Assigning `__proto__` would set the prototype.
    else if (top.key === '__proto__') Object.defineProperty(top.value, top.key, { value, ...PLAIN_MEMBER });
    else top.value[top.key!] = value;
  }
}

const PLAIN_MEMBER = { enumerable: true, writable: true, configurable: true };

/** An object that V8 keeps as a hash table: a new key costs a tenth of what it costs with a hidden class. */
function dictionary(): JsonObject {
  return Object.setPrototypeOf({ __proto__: null }, Object.prototype) as JsonObject;
}
