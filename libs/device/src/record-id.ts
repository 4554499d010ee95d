import type { Random } from './clock.js';

const LAST_TIME = 2 ** 48 - 1;

/**
 * A UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits.
 * A wall clock outside of its range counts as the nearest end: the random bits alone keep ids apart.
 */
export function uuidV7(nowMs: number, random: Random): string {
  const time = hex(Math.min(Math.max(Math.trunc(nowMs), 0), LAST_TIME), 12);
  const variant = hex(8 + Math.floor(random() * 4), 1);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digits(random, 3)}-${variant}${digits(random, 3)}-${digits(random, 6)}${digits(random, 6)}`;
}

function digits(random: Random, length: number): string {
  return hex(Math.floor(random() * 16 ** length), length);
}

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0');
}
