import { describe, expect, it } from '@jest/globals';
import { Batcher } from './batcher.js';

const LIMITS = { maxRecords: 3, maxBytes: 100, maxAgeMs: 50 };

function batcherWith(...sizes: { bytes: number; atMs?: number }[]): Batcher<number> {
  const batcher = new Batcher<number>(LIMITS);
  for (const [index, { bytes, atMs = 0 }] of sizes.entries()) batcher.add(index, { records: 1, bytes }, atMs);
  return batcher;
}

describe('Batcher', () => {
  it('A batch is never due while it is empty', () => {
    const batcher = batcherWith();
    expect(batcher.flushReason(1e12)).toBeUndefined();
    expect(batcher.dueInMs(1e12)).toBe(50);
    expect(batcher.nextBatch()).toEqual([]);
  });

  it('A batch is full by its number of items', () => {
    expect(batcherWith({ bytes: 1 }, { bytes: 1 }).flushReason(0)).toBeUndefined();
    expect(batcherWith({ bytes: 1 }, { bytes: 1 }, { bytes: 1 }).flushReason(0)).toBe('full');
  });

  it('A batch is full by bytes', () => {
    expect(batcherWith({ bytes: 99 }).flushReason(0)).toBeUndefined();
    expect(batcherWith({ bytes: 99 }, { bytes: 1 }).flushReason(0)).toBe('full');
  });

  it('A batch is due when its oldest item has waited for the whole age', () => {
    const batcher = batcherWith({ bytes: 1, atMs: 1000 }, { bytes: 1, atMs: 1040 });
    expect(batcher.flushReason(1049)).toBeUndefined();
    expect(batcher.dueInMs(1049)).toBe(1);
    expect(batcher.flushReason(1050)).toBe('due');
  });

  it('A batch holds the oldest items up to its limits, and the rest stays', () => {
    const batcher = batcherWith({ bytes: 60 }, { bytes: 40 }, { bytes: 1 }, { bytes: 1 });
    expect(batcher.nextBatch()).toEqual([0, 1]);
    expect(batcher.records).toBe(2);
    expect(batcher.nextBatch()).toEqual([2, 3]);
    expect(batcher.isEmpty).toBe(true);
  });

  it('An item that is larger than the limit makes a separate batch', () => {
    const batcher = batcherWith({ bytes: 1 }, { bytes: 500 }, { bytes: 1 });
    expect([batcher.nextBatch(), batcher.nextBatch(), batcher.nextBatch()]).toEqual([[0], [1], [2]]);
  });

  it('The records of an item that contains several are counted', () => {
    const batcher = new Batcher<string>(LIMITS);
    batcher.add('two', { records: 2, bytes: 1 }, 0);
    batcher.add('three', { records: 3, bytes: 1 }, 0);
    expect(batcher.flushReason(0)).toBe('full');
    expect(batcher.nextBatch()).toEqual(['two']);
    expect(batcher.nextBatch()).toEqual(['three']);
  });

  it('Dropped items no longer count, nor does their size', () => {
    const batcher = batcherWith({ bytes: 99 }, { bytes: 1 }, { bytes: 1 });
    batcher.drop((item) => item === 0);
    expect(batcher.flushReason(0)).toBeUndefined();
    expect(batcher.nextBatch()).toEqual([1, 2]);
  });
});
