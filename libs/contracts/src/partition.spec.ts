import { describe, expect, it } from '@jest/globals';
import { murmur2, partitionOf } from './partition.js';

describe('murmur2', () => {
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('murmur2 hashes %s as the Java client does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });
});

describe('partitionOf', () => {
  it('partitionOf clears the sign bit before it takes the rest', () => {
    expect(partitionOf('21', 12)).toBe((-973932308 & 0x7fffffff) % 12);
    expect(partitionOf('abc', 12)).toBe(479470107 % 12);
  });

  it('partitionOf is the same for a text and its UTF-8 bytes', () => {
    for (const key of ['', 'a', 'dev-2', 'caf\u00e9', '\u{1f600}']) {
      expect(partitionOf(key, 12)).toBe(partitionOf(Buffer.from(key, 'utf8'), 12));
    }
  });

  it('partitionOf spreads devices over all partitions', () => {
    const partitions = Array.from({ length: 200 }, (_, index) => partitionOf(`dev-${index}`, 12));
    expect(new Set(partitions)).toEqual(new Set(Array.from({ length: 12 }, (_, index) => index)));
  });
});
