import type { JsonObject, JsonValue } from './event.js';

/** Not in the library types of TypeScript 6 yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): JsonValue };

const NEGATIVE_ZERO = rawJSON('-0');

/** JSON.stringify that keeps the sign of -0, the one number that JSON.stringify changes. */
export function stringifyExact(value: unknown): string {
  return JSON.stringify(withNegativeZeros(value));
}

/** The value itself; or, where it has a -0, a copy of the containers around it with that number as its text. */
function withNegativeZeros(value: unknown): unknown {
  if (typeof value === 'number') return Object.is(value, -0) ? NEGATIVE_ZERO : value;
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? itemsOf(value) : membersOf(value as JsonObject);
}

function itemsOf(items: JsonValue[]): JsonValue[] {
  let copy: JsonValue[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = withNegativeZeros(items[index]) as JsonValue;
    if (item === items[index]) continue;
    copy ??= items.slice();
    copy[index] = item;
  }
  return copy ?? items;
}

function membersOf(object: JsonObject): JsonObject {
  let copy: JsonObject | undefined;
  for (const key in object) {
    const member = withNegativeZeros(object[key]) as JsonValue;
    if (member === object[key]) continue;
    copy ??= { ...object };
    Object.defineProperty(copy, key, { value: member, enumerable: true, writable: true, configurable: true });
  }
  return copy ?? object;
}
