import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenBuckets } from './token-bucket.js';

const NOW_MS = 1_000_000;
const RATE = { perSecond: 10, burst: 20 };

describe('TokenBuckets', () => {
  it('TokenBuckets are full for a key that is new', () => {
    expect(new TokenBuckets(RATE, 10).allowance('a', NOW_MS)).toEqual({ isOpen: true, remaining: 20, seconds: 1 });
  });

  it('TokenBuckets admit a request that overdraws them, and no more until it is paid back', () => {
    const buckets = new TokenBuckets(RATE, 10);
    buckets.spend('a', 50, NOW_MS);
    expect(buckets.allowance('a', NOW_MS)).toEqual({ isOpen: false, remaining: 0, seconds: 4 });
    expect(buckets.allowance('a', NOW_MS + 3_000).isOpen).toBe(false);
    expect(buckets.allowance('a', NOW_MS + 4_000).isOpen).toBe(true);
    expect(buckets.allowance('b', NOW_MS).isOpen).toBe(true);
  });

  it('TokenBuckets never fill above the burst, and never lose by a clock that goes back', () => {
    const buckets = new TokenBuckets(RATE, 10);
    buckets.spend('a', 5, NOW_MS);
    expect(buckets.allowance('a', NOW_MS - 60_000).remaining).toBe(15);
    expect(buckets.allowance('a', NOW_MS + 3_600_000).remaining).toBe(20);
  });

  it('TokenBuckets give back what was not needed, up to the burst', () => {
    const buckets = new TokenBuckets(RATE, 10);
    buckets.spend('a', 50, NOW_MS);
    expect([buckets.isOpen('a', NOW_MS), buckets.isOpen('a', NOW_MS, 31)]).toEqual([false, true]);
    buckets.spend('a', -40, NOW_MS);
    expect(buckets.allowance('a', NOW_MS)).toMatchObject({ isOpen: true, remaining: 10 });
    buckets.spend('a', -40, NOW_MS);
    expect(buckets.allowance('a', NOW_MS).remaining).toBe(20);
  });

  it('TokenBuckets are open after exactly the seconds that they named, and admit what the rate allows', () => {
    const requests = fc.array(fc.record({ afterMs: fc.nat(3_000), units: fc.integer({ min: 1, max: 100 }) }));
    fc.assert(
      fc.property(requests, (all) => {
        const buckets = new TokenBuckets(RATE, 10);
        let [nowMs, spent, largest] = [NOW_MS, 0, 0];
        for (const { afterMs, units } of all) {
          nowMs += afterMs;
          const { isOpen, seconds } = buckets.allowance('a', nowMs);
          if (!isOpen) expect(buckets.allowance('a', nowMs + seconds * 1_000).isOpen).toBe(true);
          if (!isOpen) continue;
          buckets.spend('a', units, nowMs);
          spent += units;
          largest = Math.max(largest, units);
        }
        expect(spent).toBeLessThanOrEqual(RATE.burst + (RATE.perSecond * (nowMs - NOW_MS)) / 1_000 + largest);
      }),
    );
  });
});

describe('Full TokenBuckets', () => {
  const openOf = (buckets: TokenBuckets, keys: string, nowMs: number) =>
    [...keys].filter((key) => buckets.isOpen(key, nowMs)).join('');

  it('Full TokenBuckets forget the fullest one for a new key, not the one that was used longest ago', () => {
    const buckets = new TokenBuckets(RATE, 3);
    buckets.spend('a', 30, NOW_MS);
    buckets.spend('b', 5, NOW_MS);
    for (const key of ['c', 'd', 'e', 'f']) buckets.spend(key, 25, NOW_MS);
    expect(buckets.size).toBe(3);
    // The debts of a and of the last two.
    expect(openOf(buckets, 'abcdef', NOW_MS)).toBe('bcd');
  });

  it('Full TokenBuckets forget what was paid back or given back meanwhile before any that is in debt', () => {
    const buckets = new TokenBuckets(RATE, 3);
    buckets.spend('a', 1000, NOW_MS);
    buckets.spend('b', 21, NOW_MS);
    buckets.spend('c', 900, NOW_MS);
    buckets.spend('d', 30, NOW_MS + 500);
    expect(openOf(buckets, 'abcd', NOW_MS + 500)).toBe('b');
    buckets.spend('c', -900, NOW_MS + 600);
    buckets.spend('e', 40, NOW_MS + 600);
    expect(openOf(buckets, 'abcde', NOW_MS + 600)).toBe('bc');
  });

  it('Full TokenBuckets never forget one in debt while another is not, and never hold more, whatever happens', () => {
    const step = fc.record({
      key: fc.constantFrom(...'abcdefghijkl'),
      units: fc.integer({ min: -60, max: 60 }),
      afterMs: fc.nat(4_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const buckets = new TokenBuckets(RATE, 4);
        const known = new Set<string>();
        let nowMs = NOW_MS;
        for (const { key, units, afterMs } of steps) {
          nowMs += afterMs;
          const indebted = [...known].filter((other) => other !== key && !buckets.isOpen(other, nowMs));
          buckets.spend(key, units, nowMs);
          known.add(key);
          expect(buckets.size).toBeLessThanOrEqual(4);
          const forgiven = indebted.filter((other) => buckets.isOpen(other, nowMs));
          if (indebted.length < 4) expect(forgiven).toEqual([]);
          else expect(forgiven.length).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('Full TokenBuckets stay fast while every key is in debt', () => {
    const buckets = new TokenBuckets(RATE, 1_000);
    for (let key = 0; key < 100_000; key++) buckets.spend(`key-${key}`, 30 + (key % 7), NOW_MS + key / 1_000);
    expect(buckets.size).toBe(1_000);
  });
});
