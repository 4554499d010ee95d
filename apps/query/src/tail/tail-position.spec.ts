import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodePosition, encodePosition, MAX_POSITION_LENGTH } from './tail-position.js';

describe('A position', () => {
  it('A position comes back as it was written', () => {
    const offsets = fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 100 });
    fc.assert(fc.property(offsets, (written) => expect(decodePosition(encodePosition(written))).toEqual(written)));
  });

  it('A position of 1000 partitions with two billion records each fits its limit', () => {
    const offsets = Array.from({ length: 1000 }, (_, n) => 2e9 + n);
    expect(encodePosition(offsets).length).toBeLessThanOrEqual(MAX_POSITION_LENGTH);
    expect(decodePosition(encodePosition(offsets))).toEqual(offsets);
  });

  it.each([
    '',
    'p',
    'p.',
    'earliest',
    'latest',
    '12',
    'p.-1',
    'p.1.',
    'p.A',
    'p.zzzzzzzzzzz',
    'p.1\n',
    ' p.1',
    'p.1..2',
  ])('A position is not the text "%s"', (text) => expect(decodePosition(text)).toBeUndefined());

  it('Decoding never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void decodePosition(text)));
  });
});
