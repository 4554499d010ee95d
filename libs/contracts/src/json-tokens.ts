import type { JsonObject, JsonValue } from './event.js';
import { pointerStep } from './json-pointer.js';

/** A value as its text says it, and the places, as JSON Pointers, where a value cannot hold what the text says. */
export interface ReadTokens {
  value: unknown;
  /** Keys that stand twice in one object; the last one is in the value. */
  duplicateKeys: string[];
  /** Numbers that are not zero and too small for a double; the value has zero. */
  vanishedNumbers: string[];
}

/** Strings only begin here: their end is looked for by hand, because a long one would overrun the stack of the pattern. */
const TOKEN = /[[\]{},:"]|-?\d[\d.eE+-]*|true|false|null/g;

/** Reads the text of valid JSON token by token, to any depth. Many times slower than JSON.parse. */
export function readTokens(text: string): ReadTokens {
  const builder = new ValueBuilder();
  const tokens = new RegExp(TOKEN);
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    if (match[0] === '"') {
      tokens.lastIndex = endOfString(text, match.index) + 1;
      builder.addString(JSON.parse(text.slice(match.index, tokens.lastIndex)) as string);
    } else {
      builder.addToken(match[0]);
    }
  }
  const { value, duplicateKeys, vanishedNumbers } = builder;
  return { value, duplicateKeys, vanishedNumbers };
}

/** Index of the quote that ends the string which begins at `at`. */
function endOfString(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

interface OpenContainer {
  value: JsonObject | JsonValue[];
  /** Key of the member that is being read; `undefined` while a key is expected, and in a list. */
  key: string | undefined;
}

class ValueBuilder implements ReadTokens {
  value: unknown = undefined;
  readonly duplicateKeys: string[] = [];
  readonly vanishedNumbers: string[] = [];
  readonly #open: OpenContainer[] = [];

  addString(text: string): void {
    const top = this.#open.at(-1);
    if (top === undefined || Array.isArray(top.value) || top.key !== undefined) return this.#add(text);
    top.key = text;
    if (Object.hasOwn(top.value, text)) this.duplicateKeys.push(this.#pointer());
  }

  addToken(token: string): void {
    if (token === ':') return;
    if (token === ',') this.#open.at(-1)!.key = undefined;
    else if (token === '}' || token === ']') this.#open.pop();
    else if (token === '{') this.#enter({});
    else if (token === '[') this.#enter([]);
    else this.#addLiteral(token);
  }

  #addLiteral(token: string): void {
    const value = JSON.parse(token) as JsonValue;
    this.#add(value);
    if (value === 0 && /^[^eE]*[1-9]/.test(token)) this.vanishedNumbers.push(this.#pointer());
  }

  #enter(value: JsonObject | JsonValue[]): void {
    this.#add(value);
    this.#open.push({ value, key: undefined });
  }

  #add(value: JsonValue): void {
    const top = this.#open.at(-1);
    if (top === undefined) this.value = value;
    else if (Array.isArray(top.value)) top.value.push(value);
    // Defined, not assigned: assigning `__proto__` would set the prototype.
    else Object.defineProperty(top.value, top.key!, { value, enumerable: true, writable: true, configurable: true });
  }

  #pointer(): string {
    return this.#open.map(({ value, key }) => pointerStep(Array.isArray(value) ? value.length - 1 : key!)).join('');
  }
}
