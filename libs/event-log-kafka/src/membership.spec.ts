import { describe, expect, it } from '@jest/globals';
import { Membership } from './membership.js';
import { batchOf } from './testing/batches.js';

describe('Membership', () => {
  it('A member owns nothing before the positions are known, and nothing that they do not include afterwards', async () => {
    const membership = new Membership();
    expect(membership.assignment()).toEqual([]);
    expect(membership.committable([at(0, 5)])).toEqual([]);
    membership.open([at(0, 5)]);
    await membership.opened;
    expect(membership.assignment()).toEqual([at(0, 5)]);
  });

  it('Positions of partitions that the member does not own are left out', () => {
    const membership = opened();
    expect(membership.committable([at(0, 6), at(2, 6), { ...at(0, 6), topic: 'another' }])).toEqual([at(0, 6)]);
  });

  it('Everything is left out once the membership is over', () => {
    const membership = opened();
    membership.end();
    expect(membership.committable([at(0, 6)])).toEqual([]);
  });

  it('A commit never moves behind that of the group, but may repeat it', () => {
    const membership = opened();
    membership.committed([at(0, 8)]);
    expect(membership.committable([at(0, 7), at(1, 5)])).toEqual([at(1, 5)]);
    expect(membership.committable([at(0, 8)])).toEqual([at(0, 8)]);
    expect(membership.assignment()).toEqual([at(0, 8), at(1, 5)]);
  });

  it('A re-created log that begins at 0 again can be committed', () => {
    const membership = opened();
    expect(membership.gapBefore(batchOf([0, 1, 2]), 0)).toBeUndefined();
    expect(membership.committable([at(0, 3)])).toEqual([at(0, 3)]);
  });

  it('Batches that follow each other have no gap', () => {
    const membership = opened();
    expect(membership.gapBefore(batchOf([5, 6]), 5)).toBeUndefined();
    membership.delivered(batchOf([5, 6]), 7);
    expect(membership.gapBefore(batchOf([7, 8]), 7)).toBeUndefined();
  });

  it('A batch that was fetched after the current position leaves a gap', () => {
    expect(opened().gapBefore(batchOf([9, 10]), 9)).toEqual(at(0, 5));
  });

  it('A gap that stays is one in the log', () => {
    const membership = opened();
    membership.gapBefore(batchOf([9, 10]), 9);
    expect(membership.gapBefore(batchOf([9, 10]), 9)).toBeUndefined();
    membership.delivered(batchOf([9, 10]), 11);
    expect(membership.gapBefore(batchOf([20]), 20)).toEqual(at(0, 11));
  });

  it('Records missing after the position in the log are not a gap', () => {
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
