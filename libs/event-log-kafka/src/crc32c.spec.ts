import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { crc32c } from './crc32c.js';

/** RFC 3720, appendix B.4, and the check value of the algorithm. */
it.each([
  ['nothing', Buffer.alloc(0), 0],
  ['the digits 1 to 9', Buffer.from('123456789'), 0xe3069283],
  ['32 bytes of zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['32 rising bytes', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
])('The checksum of %s is the one of the RFC', (_, bytes, expected) => {
  expect(crc32c(bytes, 0, bytes.length)).toBe(expected);
});

it('The checksum of a part equals that of the same bytes alone, whatever surrounds them', () => {
  const parts = fc.tuple(
    fc.uint8Array({ maxLength: 9 }),
    fc.uint8Array({ maxLength: 60 }),
    fc.uint8Array({ maxLength: 9 }),
  );
  fc.assert(
    fc.property(parts, ([before, part, after]) => {
      const bytes = Buffer.concat([before, part, after]);
      expect(crc32c(bytes, before.length, before.length + part.length)).toBe(bitByBit(part));
    }),
  );
});

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
