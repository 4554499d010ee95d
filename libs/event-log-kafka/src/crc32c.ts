/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), eight bytes a step: Kafka's checksum of a record batch. */

const POLYNOMIAL = 0x82f63b78;
const BYTE_VALUES = 256;
const STEP = 8;

/** Eight tables in one: table `n` has the checksum of a byte that `n` zero bytes follow. */
const TABLES = new Int32Array(BYTE_VALUES * STEP);
for (let value = 0; value < BYTE_VALUES; value++) {
  let crc = value;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  TABLES[value] = crc;
}
for (let index = BYTE_VALUES; index < TABLES.length; index++) {
  const shorter = TABLES[index - BYTE_VALUES]!;
  TABLES[index] = (shorter >>> 8) ^ TABLES[shorter & 0xff]!;
}

/** @returns the checksum of `bytes[start..end)`, 0 to 2^32 - 1 */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  const tables = TABLES;
  let crc = -1;
  let at = start;
  for (const last = end - STEP; at <= last; at += STEP) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      tables[0x700 + (crc & 0xff)]! ^
      tables[0x600 + ((crc >>> 8) & 0xff)]! ^
      tables[0x500 + ((crc >>> 16) & 0xff)]! ^
      tables[0x400 + (crc >>> 24)]! ^
      tables[0x300 + bytes[at + 4]!]! ^
      tables[0x200 + bytes[at + 5]!]! ^
      tables[0x100 + bytes[at + 6]!]! ^
      tables[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}
