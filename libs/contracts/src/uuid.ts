import { randomUUID } from 'node:crypto';

let prefixMs = -1;
let prefix = '';

/**
 * A UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits. Ids of later milliseconds sort later.
 *
 * @param nowMs milliseconds since 1970, a whole number
 */
export function uuidV7(nowMs: number): string {
  if (nowMs !== prefixMs) {
    const time = nowMs.toString(16).padStart(12, '0');
    prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`;
    prefixMs = nowMs;
  }
  // The last 21 characters of a UUIDv4 are what a UUIDv7 needs: variant and random bits in the same places.
  return prefix + randomUUID().slice(15);
}
