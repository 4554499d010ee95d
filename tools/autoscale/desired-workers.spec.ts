import { describe, expect, it } from '@jest/globals';
import { desiredWorkers } from './desired-workers.js';
import { chartOf } from './chart.js';

const RULE = { lagThreshold: 5_000, minWorkers: 1, maxWorkers: 4 };

describe('The number of workers for a lag', () => {
  it.each([
    [0, 1],
    [5_000, 1],
    [5_001, 2],
    [14_000, 3],
    [1_000_000, 4],
  ])('A lag of %i records needs %i workers', (lag, workers) => {
    expect(desiredWorkers(lag, RULE)).toBe(workers);
  });
});

describe('The chart of lags', () => {
  it('The chart has a line and a label for each run, within its frame', () => {
    const points = [
      { seconds: 0, lag: 0, workers: 1 },
      { seconds: 10, lag: 900, workers: 2 },
    ];
    const svg = chartOf([
      { name: '1 & 2', points },
      { name: 'other', points: points.slice(1) },
    ]);
    expect(svg.match(/<polyline /g)).toHaveLength(2);
    expect(svg).toContain('1 &amp; 2');
    const values = [...svg.matchAll(/points="([^"]*)"/g)].flatMap(([, text]) => text!.split(/[ ,]/).map(Number));
    expect(values.every((value) => value >= 0 && value <= 800)).toBe(true);
  });
});
