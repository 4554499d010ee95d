import { describe, expect, it } from '@jest/globals';
import { KEPT_POINTS, StatusHistory, type Totals } from './status-history.js';

const totals = (seconds: number, appended: number, committed = appended, dead = 0): Totals => ({
  atMs: seconds * 1000,
  events: { appended, committed, waiting: appended - committed },
  deadLetters: { appended: dead, total: dead },
});

function historyOf(...all: Totals[]) {
  const history = new StatusHistory(() => Promise.reject(new Error('not asked')), 5000);
  for (const each of all) history.add(each);
  return history.points();
}

describe('The history', () => {
  it('The history has means since the point before, and none at the first point', () => {
    const points = historyOf(totals(0, 100), totals(5, 150, 140, 10));
    expect(points.map(({ receivedPerSecond }) => receivedPerSecond)).toEqual([null, 10]);
    expect(points[1]).toMatchObject({ storedPerSecond: 6, deadLetteredPerSecond: 2, waiting: 10, deadLetters: 10 });
  });

  it('The history has null for an unreadable figure, and for the rate after it', () => {
    const points = historyOf(totals(0, 1), { atMs: 5000 }, totals(10, 9));
    expect(points.map(({ waiting, receivedPerSecond }) => [waiting, receivedPerSecond])).toEqual([
      [0, null],
      [null, null],
      [0, null],
    ]);
  });

  it('The history has no rate when a topic was created again', () => {
    expect(historyOf(totals(0, 100), totals(5, 3))[1]!.receivedPerSecond).toBeNull();
  });

  it('The history has the age of the oldest record, 0 if none is buffered', () => {
    const points = historyOf(totals(0, 1), { ...totals(10, 5, 2), oldestMs: 4000 });
    expect(points.map(({ oldestAgeSeconds }) => oldestAgeSeconds)).toEqual([0, 6]);
  });

  it('The history keeps one hour, in order, also when the clock is set back', () => {
    const many = Array.from({ length: KEPT_POINTS + 10 }, (_, n) => totals(n * 5, n));
    expect(historyOf(...many)).toHaveLength(KEPT_POINTS);
    expect(historyOf(totals(10, 1), totals(20, 2), totals(15, 3)).map(({ atMs }) => atMs)).toEqual([10_000, 15_000]);
  });
});
