import { describe, expect, it } from '@jest/globals';
import { Batcher } from './batcher.js';

const LIMITS = { maxRecords: 3, maxBytes: 100, maxAgeMs: 50 };

function batcherWith(...sizes: { bytes: number; atMs?: number }[]): Batcher<number> {
  const batcher = new Batcher<number>(LIMITS);
  for (const [index, { bytes, atMs = 0 }] of sizes.entries()) batcher.add(index, { records: 1, bytes }, atMs);
  return batcher;
}

describe('Batcher', () => {
  it('is never due while it is empty', () => {
    const batcher = batcherWith();
    expect(batcher.flushReason(1e12)).toBeUndefined();
    expect(batcher.dueInMs(1e12)).toBe(50);
    expect(batcher.take()).toEqual([]);
  });

  it('is full by count', () => {
    expect(batcherWith({ bytes: 1 }, { bytes: 1 }).flushReason(0)).toBeUndefined();
    expect(batcherWith({ bytes: 1 }, { bytes: 1 }, { bytes: 1 }).flushReason(0)).toBe('full');
  });

  it('is full by bytes', () => {
    expect(batcherWith({ bytes: 99 }).flushReason(0)).toBeUndefined();
    expect(batcherWith({ bytes: 99 }, { bytes: 1 }).flushReason(0)).toBe('full');
  });

  it('is due when its oldest item has waited for the whole age', () => {
    const batcher = batcherWith({ bytes: 1, atMs: 1000 }, { bytes: 1, atMs: 1040 });
    expect(batcher.flushReason(1049)).toBeUndefined();
    expect(batcher.dueInMs(1049)).toBe(1);
    expect(batcher.flushReason(1050)).toBe('due');
  });

  it('takes the oldest items up to its limits and keeps the rest', () => {
    const batcher = batcherWith({ bytes: 60 }, { bytes: 40 }, { bytes: 1 }, { bytes: 1 });
    expect(batcher.take()).toEqual([0, 1]);
    expect(batcher.records).toBe(2);
    expect(batcher.take()).toEqual([2, 3]);
    expect(batcher.isEmpty).toBe(true);
  });

  it('takes an item that is larger than the limit alone', () => {
    const batcher = batcherWith({ bytes: 1 }, { bytes: 500 }, { bytes: 1 });
    expect([batcher.take(), batcher.take(), batcher.take()]).toEqual([[0], [1], [2]]);
  });

  it('counts the records of an item that contains several', () => {
    const batcher = new Batcher<string>(LIMITS);
    batcher.add('two', { records: 2, bytes: 1 }, 0);
    batcher.add('three', { records: 3, bytes: 1 }, 0);
    expect(batcher.flushReason(0)).toBe('full');
    expect(batcher.take()).toEqual(['two']);
    expect(batcher.take()).toEqual(['three']);
  });

  it('forgets what is dropped, with its size', () => {
    const batcher = batcherWith({ bytes: 99 }, { bytes: 1 }, { bytes: 1 });
    batcher.drop((item) => item === 0);
    expect(batcher.flushReason(0)).toBeUndefined();
    expect(batcher.take()).toEqual([1, 2]);
  });
});
