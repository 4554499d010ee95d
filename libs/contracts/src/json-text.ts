import type { JsonObject, JsonValue } from './event.js';

const NEGATIVE_ZERO = '-0';

/** First whole number from which doubles do not represent every whole number. */
export const FIRST_LARGE_NUMBER = 2 ** 53;

/** Whether it is a finite double that {@link exactNumberText} writes with an exponent. */
export function isLargeNumber(value: number): boolean {
  return (value >= FIRST_LARGE_NUMBER || value <= -FIRST_LARGE_NUMBER) && Number.isFinite(value);
}

/** First double that JSON.stringify itself writes with an exponent. */
const FIRST_WITH_EXPONENT = 1e21;

/** A bigint in digits, a large double with an exponent: so a reader can distinguish them. */
export function exactNumberText(value: number | bigint): string {
  if (typeof value === 'bigint' || Math.abs(value) >= FIRST_WITH_EXPONENT) return String(value);
  return value.toExponential();
}

/**
 * JSON.stringify that changes no number: -0 keeps its sign, a bigint is written in digits, and a double of 2^53 and more with an
 * exponent, because whole numbers in digits are read as exact ones.
 */
export function stringifyExact(value: unknown): string {
  return stringifyWith(value, exactNumber);
}

/**
 * JSON.stringify with other texts for some numbers.
 *
 * @param write the JSON text of a number; `undefined` for one that JSON.stringify writes correctly
 */
export function stringifyWith(value: unknown, write: WriteNumber): string {
  return textWith(value, write) ?? JSON.stringify(value);
}

type WriteNumber = (number: number | bigint) => string | undefined;

/** The text of a number that JSON.stringify would change; `undefined` for another one. */
export function exactNumber(value: number | bigint): string | undefined {
  if (typeof value === 'number' && !isLargeNumber(value)) return Object.is(value, -0) ? NEGATIVE_ZERO : undefined;
  return exactNumberText(value);
}

/** `undefined` where JSON.stringify writes all of it correctly: it is several times faster. */
function textWith(value: unknown, write: WriteNumber): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return write(value);
  if (typeof value !== 'object' || value === null) return undefined;
  return Array.isArray(value) ? itemsText(value, write) : membersText(value as JsonObject, write);
}

function itemsText(items: readonly unknown[], write: WriteNumber): string | undefined {
  let texts: string[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = textWith(items[index], write);
    if (item === undefined && texts === undefined) continue;
    texts ??= items.slice(0, index).map(plainItem);
    texts.push(item ?? plainItem(items[index]));
  }
  return texts && `[${texts.join()}]`;
}

function plainItem(item: unknown): string {
  return JSON.stringify(item) ?? 'null';
}

function membersText(object: JsonObject, write: WriteNumber): string | undefined {
  let text: string | undefined;
  for (const key in object) {
    const member = textWith(object[key], write);
    if (member === undefined && text === undefined) continue;
    text ??= beginningOfObject(object, key);
    text += memberText(key, member ?? JSON.stringify(object[key]));
  }
  // Each member begins with a comma.
  return text && `{${text.slice(1)}}`;
}

function beginningOfObject(object: JsonObject, end: string): string {
  let text = '';
  for (const key in object) {
    if (key === end) break;
    text += memberText(key, JSON.stringify(object[key]));
  }
  return text;
}

/** @param value `undefined` for a value that JSON does not have: such a member is left out */
function memberText(key: string, value: string | undefined): string {
  return value === undefined ? '' : `,${JSON.stringify(key)}:${value}`;
}

/**
 * The value itself; or, where `write` returns a replacement for a number, a copy of the containers around it.
 *
 * @param write returns the replacement of a number
 */
export function withExactNumbers(value: unknown, write: (number: number | bigint) => JsonValue): unknown {
  if (typeof value === 'number' || typeof value === 'bigint') return write(value);
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? itemsOf(value, write) : membersOf(value as JsonObject, write);
}

function itemsOf(items: JsonValue[], write: (number: number | bigint) => JsonValue): JsonValue[] {
  let copy: JsonValue[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = withExactNumbers(items[index], write) as JsonValue;
    if (item === items[index]) continue;
    copy ??= items.slice();
    copy[index] = item;
  }
  return copy ?? items;
}

function membersOf(object: JsonObject, write: (number: number | bigint) => JsonValue): JsonObject {
  let copy: JsonObject | undefined;
  for (const key in object) {
    const member = withExactNumbers(object[key], write) as JsonValue;
    if (member === object[key]) continue;
    copy ??= { ...object };
    Object.defineProperty(copy, key, { value: member, enumerable: true, writable: true, configurable: true });
  }
  return copy ?? object;
}
