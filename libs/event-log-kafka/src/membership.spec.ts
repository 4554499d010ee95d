import { describe, expect, it } from '@jest/globals';
import { Membership } from './membership.js';
import { batchOf } from './testing/batches.js';

describe('Membership', () => {
  it('owns nothing before the positions are known, and nothing that it does not name after', async () => {
    const membership = new Membership();
    expect(membership.assignment()).toEqual([]);
    expect(membership.committable([at(0, 5)])).toEqual([]);
    membership.open([at(0, 5)]);
    await membership.opened;
    expect(membership.assignment()).toEqual([at(0, 5)]);
  });

  it('leaves out positions of partitions that it does not own', () => {
    const membership = opened();
    expect(membership.committable([at(0, 6), at(2, 6), { ...at(0, 6), topic: 'another' }])).toEqual([at(0, 6)]);
  });

  it('leaves out everything when it is over', () => {
    const membership = opened();
    membership.end();
    expect(membership.committable([at(0, 6)])).toEqual([]);
  });

  it('takes no step back behind what the group has committed, but the same step again', () => {
    const membership = opened();
    membership.committed([at(0, 8)]);
    expect(membership.committable([at(0, 7), at(1, 5)])).toEqual([at(1, 5)]);
    expect(membership.committable([at(0, 8)])).toEqual([at(0, 8)]);
    expect(membership.assignment()).toEqual([at(0, 8), at(1, 5)]);
  });

  it('commits in a log that was made anew and begins at 0 again', () => {
    const membership = opened();
    expect(membership.gapBefore(batchOf([0, 1, 2]), 0)).toBeUndefined();
    expect(membership.committable([at(0, 3)])).toEqual([at(0, 3)]);
  });

  it('sees no gap in batches that follow each other', () => {
    const membership = opened();
    expect(membership.gapBefore(batchOf([5, 6]), 5)).toBeUndefined();
    membership.delivered(batchOf([5, 6]), 7);
    expect(membership.gapBefore(batchOf([7, 8]), 7)).toBeUndefined();
  });

  it('sees the gap before a batch that was fetched from behind the position that counts', () => {
    expect(opened().gapBefore(batchOf([9, 10]), 9)).toEqual(at(0, 5));
  });

  it('takes a gap that stays for one in the log', () => {
    const membership = opened();
    membership.gapBefore(batchOf([9, 10]), 9);
    expect(membership.gapBefore(batchOf([9, 10]), 9)).toBeUndefined();
    membership.delivered(batchOf([9, 10]), 11);
    expect(membership.gapBefore(batchOf([20]), 20)).toEqual(at(0, 11));
  });

  it('sees no gap where the first records after the position are missing in the log', () => {
    expect(opened().gapBefore(batchOf([9, 10], { fetchedOffset: 5 }), 9)).toBeUndefined();
  });
});

function opened(): Membership {
  const membership = new Membership();
  membership.open([at(0, 5), at(1, 5)]);
  return membership;
}

function at(partition: number, offset: number) {
  return { topic: 'events', partition, offset };
}
