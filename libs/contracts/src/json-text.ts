import type { JsonObject, JsonValue } from './event.js';

/** Not in the library types of TypeScript 6 yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): JsonValue };

const NEGATIVE_ZERO = rawJSON('-0');

/** First whole number from which a double does not tell each from the next. */
export const FIRST_LARGE_NUMBER = 2 ** 53;

/** Whether it is a finite double that {@link exactNumberText} writes with an exponent. */
export function isLargeNumber(value: number): boolean {
  return (value >= FIRST_LARGE_NUMBER || value <= -FIRST_LARGE_NUMBER) && Number.isFinite(value);
}

/** In digits for a bigint, with an exponent for a large double: so a reader can tell the two apart. */
export function exactNumberText(value: number | bigint): string {
  return typeof value === 'bigint' ? String(value) : value.toExponential();
}

/**
 * JSON.stringify that changes no number: -0 keeps its sign, a bigint is written in digits, and a double of 2^53 and more with an
 * exponent, because whole numbers in digits are read as exact ones.
 */
export function stringifyExact(value: unknown): string {
  return JSON.stringify(withExactNumbers(value, exactNumber));
}

/** A number as JSON.stringify writes it right; the number itself where it does so anyway. */
function exactNumber(value: number | bigint): JsonValue {
  if (typeof value === 'number' && !isLargeNumber(value)) return Object.is(value, -0) ? NEGATIVE_ZERO : value;
  return rawJSON(exactNumberText(value));
}

/**
 * The value itself; or, where `write` gives something else for a number, a copy of the containers around it.
 *
 * @param write what takes the place of a number
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
