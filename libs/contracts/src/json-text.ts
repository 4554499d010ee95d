import type { JsonObject, JsonValue } from './event.js';

/** JSON.stringify that keeps the sign of -0, the one number that JSON.stringify changes. */
export function stringifyExact(value: unknown): string {
  return hasNegativeZero(value) ? writeExact(value as JsonValue) : JSON.stringify(value);
}

function hasNegativeZero(value: unknown): boolean {
  if (typeof value === 'number') return Object.is(value, -0);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (hasNegativeZero(item)) return true;
  } else {
    for (const key in value) if (hasNegativeZero((value as JsonObject)[key])) return true;
  }
  return false;
}

function writeExact(value: JsonValue): string {
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeExact).join(',')}]`;
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${writeExact(item)}`).join(',')}}`;
}
