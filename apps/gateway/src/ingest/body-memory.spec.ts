import { describe, expect, it } from '@jest/globals';
import { giveBack, joined } from './body-memory.js';

const KIB = 1024;
const chunksOf = (byte: number, count: number) => Array.from({ length: count }, () => Buffer.alloc(64 * KIB, byte));

describe('The memory of bodies', () => {
  it('The memory of bodies holds the chunks one after the other, at any size', () => {
    for (const count of [1, 2, 3, 9, 17]) {
      const chunks = Array.from({ length: count }, (_, index) => Buffer.alloc(64 * KIB + index, index));
      const all = Buffer.concat(chunks);
      expect(joined(chunks, all.length).equals(all)).toBe(true);
    }
  });

  it('The memory of bodies is used again once it was given back, and never before', () => {
    const first = joined(chunksOf(1, 3), 3 * 64 * KIB);
    const second = joined(chunksOf(2, 3), 3 * 64 * KIB);
    expect(second.buffer).not.toBe(first.buffer);
    giveBack(first);
    const third = joined(chunksOf(3, 3), 3 * 64 * KIB);
    expect(third.buffer).toBe(first.buffer);
    expect(second.every((byte) => byte === 2)).toBe(true);
  });

  it('The memory of bodies that is given back twice belongs to one body only', () => {
    const body = joined(chunksOf(1, 4), 4 * 64 * KIB);
    giveBack(body);
    giveBack(body);
    const [first, second] = [joined(chunksOf(2, 4), 4 * 64 * KIB), joined(chunksOf(3, 4), 4 * 64 * KIB)];
    expect(first.buffer).not.toBe(second.buffer);
  });

  it('The memory of bodies that is kept is bounded', () => {
    const bodies = Array.from({ length: 12 }, () => joined(chunksOf(1, 16), 1024 * KIB));
    for (const body of bodies) giveBack(body);
    const known = new Set(bodies.map(({ buffer }) => buffer));
    const next = Array.from({ length: 12 }, () => joined(chunksOf(2, 16), 1024 * KIB));
    expect(next.filter(({ buffer }) => known.has(buffer)).length).toBeLessThanOrEqual(4);
  });
});
