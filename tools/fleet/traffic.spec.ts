import { describe, expect, it } from '@jest/globals';
import { Latencies } from './latencies.js';
import { imbalance } from './scaled/balance.js';
import { Traffic } from './traffic.js';

describe('Traffic', () => {
  it('Traffic counts requests for each endpoint and span, and the ones that were taken', () => {
    const traffic = new Traffic();
    traffic.note('http://b', 950, true);
    traffic.note('http://a', 50, true);
    traffic.note('http://a', 1050, false);
    expect(traffic.origins).toEqual(['http://a', 'http://b']);
    expect(traffic.share('http://a', 0, 2000)).toEqual({ requests: 2, taken: 1 });
    expect(traffic.share('http://a', 1000, 2000)).toEqual({ requests: 1, taken: 0 });
    expect(traffic.share('http://nowhere', 0, 2000)).toEqual({ requests: 0, taken: 0 });
  });

  it('Traffic gives the counts of all endpoints as one series, with zeros where there was nothing', () => {
    const traffic = new Traffic();
    traffic.note('http://a', 120, true);
    traffic.note('http://b', 180, false);
    traffic.note('http://b', 310, true);
    expect(traffic.series(0, 500)).toEqual([0, 2, 0, 1, 0]);
  });
});

describe('Imbalance', () => {
  it('Imbalance is the greatest difference from the mean, as a share of it', () => {
    expect(imbalance([100, 100, 100])).toBe(0);
    expect(imbalance([80, 120])).toBeCloseTo(0.2);
    expect(imbalance([0, 0])).toBe(Infinity);
  });
});

describe('Latencies', () => {
  it('Latencies computes quantiles with an error of two percent', () => {
    const latencies = new Latencies();
    for (let ms = 1; ms <= 1000; ms++) latencies.add(ms);
    expect(Math.abs(latencies.quantile(0.5)! / 500 - 1)).toBeLessThan(0.02);
    expect(Math.abs(latencies.quantile(0.99)! / 990 - 1)).toBeLessThan(0.02);
  });

  it('Latencies has no quantile while nothing was measured', () => {
    expect(new Latencies().quantile(0.5)).toBeUndefined();
  });
});
