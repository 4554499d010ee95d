import { randomFillSync } from 'node:crypto';

const LENGTH = 36;
const RANDOM_BYTES = 10;
const HEX = Buffer.from('0123456789abcdef');
/** The two bits of the variant are 10: these are its digits. */
const VARIANT_DIGITS = HEX.subarray(8, 12);
const VARIANT_AT = 19;
/** Where the last sixty random bits are; the dash after the first three digits aside. */
const [TAIL_AT, TAIL_DASH_AT] = [20, 23];

/** Random bytes for some ids: to ask for ten at a time costs more than the rest of an id. */
const random = Buffer.alloc(RANDOM_BYTES * 256);
let used = random.length;
/** The last id; the next one has the same dashes and version. */
const id = Buffer.from('00000000-0000-7000-8000-000000000000');
let idMs = -1;

/**
 * A UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits. Ids of later milliseconds sort later.
 *
 * @param nowMs milliseconds since 1970, a whole number
 */
export function uuidV7(nowMs: number): string {
  if (nowMs !== idMs) writeTime(nowMs);
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  writeRandom(used);
  used += RANDOM_BYTES;
  return id.toString('latin1', 0, LENGTH);
}

function writeTime(nowMs: number): void {
  const time = nowMs.toString(16).padStart(12, '0');
  id.write(`${time.slice(0, 8)}-${time.slice(8)}`, 0, 'latin1');
  idMs = nowMs;
}

/** Two bytes for what is before the second half, eight for that: of their sixteen digits it takes fifteen. */
function writeRandom(from: number): void {
  const first = random[from]!;
  const second = random[from + 1]!;
  id[15] = HEX[first >>> 4]!;
  id[16] = HEX[first & 0xf]!;
  id[17] = HEX[second >>> 4]!;
  id[VARIANT_AT] = VARIANT_DIGITS[second & 3]!;
  let at = TAIL_AT;
  for (let index = from + 2; index < from + RANDOM_BYTES; index++) {
    const byte = random[index]!;
    id[at++] = HEX[byte >>> 4]!;
    if (at === TAIL_DASH_AT) at++;
    if (at < LENGTH) id[at++] = HEX[byte & 0xf]!;
  }
}
