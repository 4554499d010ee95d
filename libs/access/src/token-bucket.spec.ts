import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenBuckets } from './token-bucket.js';

const NOW_MS = 1_000_000;
const RATE = { perSecond: 10, burst: 20 };

describe('TokenBuckets', () => {
  it('are full for a key that is new', () => {
    expect(new TokenBuckets(RATE, 10).look('a', NOW_MS)).toEqual({ isOpen: true, remaining: 20, seconds: 1 });
  });

  it('let in what overdraws them, and nothing more until it is paid back', () => {
    const buckets = new TokenBuckets(RATE, 10);
    buckets.spend('a', 50, NOW_MS);
    expect(buckets.look('a', NOW_MS)).toEqual({ isOpen: false, remaining: 0, seconds: 4 });
    expect(buckets.look('a', NOW_MS + 3_000).isOpen).toBe(false);
    expect(buckets.look('a', NOW_MS + 4_000).isOpen).toBe(true);
    expect(buckets.look('b', NOW_MS).isOpen).toBe(true);
  });

  it('never fill above the burst, and never lose by a clock that goes back', () => {
    const buckets = new TokenBuckets(RATE, 10);
    buckets.spend('a', 5, NOW_MS);
    expect(buckets.look('a', NOW_MS - 60_000).remaining).toBe(15);
    expect(buckets.look('a', NOW_MS + 3_600_000).remaining).toBe(20);
  });

  it('remember so many keys and no more: the one that was used longest ago is forgotten', () => {
    const buckets = new TokenBuckets(RATE, 3);
    for (const key of ['a', 'b', 'c', 'a', 'd']) buckets.spend(key, 30, NOW_MS);
    expect(buckets.size).toBe(3);
    expect(['a', 'b', 'c', 'd'].map((key) => buckets.look(key, NOW_MS).isOpen)).toEqual([false, true, false, false]);
  });

  it('are open after exactly the seconds that they have named, and let through what the rate allows', () => {
    const requests = fc.array(fc.record({ afterMs: fc.nat(3_000), units: fc.integer({ min: 1, max: 100 }) }));
    fc.assert(
      fc.property(requests, (all) => {
        const buckets = new TokenBuckets(RATE, 10);
        let [nowMs, spent, largest] = [NOW_MS, 0, 0];
        for (const { afterMs, units } of all) {
          nowMs += afterMs;
          const { isOpen, seconds } = buckets.look('a', nowMs);
          if (!isOpen) expect(buckets.look('a', nowMs + seconds * 1_000).isOpen).toBe(true);
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
