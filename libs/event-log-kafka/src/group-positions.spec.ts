import { describe, expect, it } from '@jest/globals';
import { positionsOf } from './group-positions.js';

describe('positionsOf', () => {
  it('The positions have the committed offset and its note, in the order of the partitions', () => {
    const committed = [commitAt(1, '12', 'paused'), commitAt(0, '3')];
    expect(positionsOf(committed, [endsOf(1, '10', '20'), endsOf(0, '0', '3')])).toEqual([
      { partition: 0, low: 0, committed: 3, high: 3, note: '' },
      { partition: 1, low: 10, committed: 12, high: 20, note: 'paused' },
    ]);
  });

  it.each([
    ['has never committed', [commitAt(0, '-1')]],
    ['is not known to the broker', []],
    ['was set to the earliest offset', [commitAt(0, '-2')]],
    ['points to a record that retention has removed', [commitAt(0, '4')]],
    ['points past the end of a re-created log', [commitAt(0, '21')]],
  ])('Reading begins at the first record of a group that %s', (_, committed) => {
    expect(positionsOf(committed, [endsOf(0, '10', '20')])).toMatchObject([{ low: 10, committed: 10, high: 20 }]);
  });

  it('The count includes the records that were removed before the group had read them', () => {
    expect(positionsOf([commitAt(0, '4')], [endsOf(0, '10', '20')])).toMatchObject([{ expired: 6 }]);
    expect(positionsOf([commitAt(0, '10')], [endsOf(0, '10', '20')])[0]).not.toHaveProperty('expired');
  });
});

function commitAt(partition: number, offset: string, metadata: string | null = null) {
  return { partition, offset, metadata };
}

function endsOf(partition: number, low: string, high: string) {
  return { partition, low, high };
}
