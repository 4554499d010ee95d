import { beforeEach, describe, expect, it } from '@jest/globals';
import { AdmissionBudget } from './admission-budget.js';

const LIMIT_MS = 100;

let budget: AdmissionBudget;
beforeEach(() => {
  budget = new AdmissionBudget(LIMIT_MS);
});

/** So many requests arrive, then the delay is observed. @returns how many were admitted */
function turn(arrivals: number, delayMs: number): number {
  const admitted = Array.from({ length: arrivals }, () => budget.admits()).filter(Boolean).length;
  budget.observe(delayMs);
  return admitted;
}

const turns = (count: number, arrivals: number, delayMs: number): number[] =>
  Array.from({ length: count }, () => turn(arrivals, delayMs));

describe('The admitted share', () => {
  it('The admitted share is everything while the delay keeps its limit', () => {
    expect(turns(3, 5000, LIMIT_MS)).toEqual([5000, 5000, 5000]);
    expect(budget.share).toBe(1);
  });

  it('The admitted share stays everything after one delay, however long: that is a large batch, or a collection of garbage', () => {
    for (let time = 0; time < 20; time++) expect([turn(50, 5000), turn(50, 0)]).toEqual([50, 50]);
  });

  it('The admitted share decreases after delays in a row, in proportion to their excess', () => {
    expect(turns(2, 1000, 1000)).toEqual([1000, 1000]);
    expect(turn(1000, LIMIT_MS)).toBe(100);
  });

  it('The admitted share counts from the first request of the next turn on, however many arrive in it', () => {
    turns(2, 1000, 1000);
    expect(turn(1_000_000, 125)).toBeLessThanOrEqual(120);
  });

  it('The admitted share is one request at least, so that the end of the delay is noticed', () => {
    expect(turns(20, 100, 60_000).at(-1)).toBe(1);
  });

  it('The admitted share grows slowly while more arrives, and fast when it is enough', () => {
    turns(2, 1000, 1000);
    expect([turn(1000, 0), turn(1000, 0), turn(1000, 0)]).toEqual([100, 111, 122]);
    turns(3, 100, 0);
    expect(turn(1000, 0)).toBeGreaterThan(400);
  });

  it('The admitted share is everything again within 30 quiet turns after its minimum', () => {
    turns(20, 100, 60_000);
    turns(30, 0, 0);
    expect([turn(100_000, 0), budget.share]).toEqual([100_000, 1]);
  });

  it('The admitted share is everything at once when there is nothing left that could be delayed', () => {
    turns(20, 100, 60_000);
    budget.reset();
    expect(turn(100, 0)).toBe(100);
  });

  it('The admitted share is everything without a limit', () => {
    budget = new AdmissionBudget(0);
    expect(turns(5, 100, 60_000).at(-1)).toBe(100);
  });
});

it('The admission budget suggests the time after which the refused load fits, if all of it returns', () => {
  turns(2, 800, 200);
  expect(budget.retryAfterSeconds).toBe(1);
  turns(60, 7, 60_000);
  expect([budget.share, budget.retryAfterSeconds]).toEqual([expect.closeTo(1 / 7), 7]);
});

it('The admission budget suggests a minute when almost no request is admitted', () => {
  turns(100, 10_000, 60_000);
  expect(budget.retryAfterSeconds).toBe(60);
});

it.each([2, 4, 8])(
  'The admission budget keeps a server busy, and its turns short, at %i times its capacity',
  (multiple) => {
    const [perMs, costMs] = [multiple / 2, 2];
    let turnMs = 50;
    let [accepted, elapsedMs, longestMs] = [0, 0, 0];
    for (let time = 0; time < 1000; time++) {
      const taken = turn(Math.round(turnMs * perMs), Math.max(0, turnMs - 50));
      turnMs = Math.max(50, taken * costMs);
      if (time < 50) continue;
      accepted += taken;
      elapsedMs += turnMs;
      longestMs = Math.max(longestMs, turnMs);
    }
    expect((accepted * costMs) / elapsedMs).toBeGreaterThan(0.9);
    expect(longestMs).toBeLessThan(4 * LIMIT_MS);
  },
);
