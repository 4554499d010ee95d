import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeReceipt, encodeReceipt } from './receipt.js';

describe('A receipt', () => {
  it('A receipt comes back as it was written', () => {
    const places = fc.tuple(fc.nat(999_999), fc.maxSafeNat());
    fc.assert(
      fc.property(places, ([partition, offset]) => {
        expect(decodeReceipt(encodeReceipt(partition, offset))).toEqual({ partition, offset });
      }),
    );
  });

  it.each(['', '!', '1', '.1', '1.', '-1.2', '1.2.3', '01.2', '1.02', '1.A', '1.zzzzzzzzzzz', 'zzzzzz.1'])(
    'A receipt is refused as the text "%s"',
    (text) => expect(decodeReceipt(text)).toBeUndefined(),
  );
});
