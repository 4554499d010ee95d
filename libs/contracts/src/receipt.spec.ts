import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeReceipt, encodeReceipt, MAX_RECEIPT_BYTES, writeReceipt } from './receipt.js';

describe('A receipt', () => {
  it('A receipt comes back as it was written', () => {
    const places = fc.tuple(fc.nat(999_999), fc.maxSafeNat());
    fc.assert(
      fc.property(places, ([partition, offset]) => {
        expect(decodeReceipt(encodeReceipt(partition, offset))).toEqual({ partition, offset });
      }),
    );
  });

  it('A receipt is written into bytes as it is encoded', () => {
    const place = fc.tuple(fc.nat(36 ** 5 - 1), fc.oneof(fc.maxSafeNat(), fc.nat(2000)));
    fc.assert(
      fc.property(place, fc.nat(3), ([partition, offset], at) => {
        const bytes = Buffer.alloc(at + MAX_RECEIPT_BYTES);
        const end = writeReceipt(partition, offset, bytes, at);
        expect(bytes.toString('latin1', at, end)).toBe(encodeReceipt(partition, offset));
      }),
    );
  });

  it.each(['', '!', '1', '.1', '1.', '-1.2', '1.2.3', '01.2', '1.02', '1.A', '1.zzzzzzzzzzz', 'zzzzzz.1'])(
    'A receipt is refused as the text "%s"',
    (text) => expect(decodeReceipt(text)).toBeUndefined(),
  );
});
