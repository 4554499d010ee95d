import { describe, expect, it } from '@jest/globals';
import { PoisonGuard } from './poison-guard.js';

const LIMITS = { windowMs: 1000, minDeadLetters: 10, maxRatio: 0.5 };

describe('PoisonGuard', () => {
  it('The guard accepts a few dead letters, whatever their share', () => {
    expect(new PoisonGuard(LIMITS).isFlood(9, 9, 0)).toBe(false);
  });

  it('The guard accepts many dead letters among many more records', () => {
    expect(new PoisonGuard(LIMITS).isFlood(100, 50, 0)).toBe(false);
  });

  it('The guard stops dead letters that are many and the majority', () => {
    expect(new PoisonGuard(LIMITS).isFlood(100, 51, 0)).toBe(true);
  });

  it('The guard counts the records that it accepted in the same window', () => {
    const guard = new PoisonGuard(LIMITS);
    for (let atMs = 0; atMs < 9; atMs++) guard.count(1, 1, atMs);
    expect(guard.isFlood(1, 1, 999)).toBe(true);
    expect(guard.isFlood(1, 1, 1008)).toBe(false);
  });

  it('An operator overrules the guard until a batch has no dead letter', () => {
    const guard = new PoisonGuard(LIMITS);
    guard.overrule();
    expect(guard.isFlood(100, 100, 0)).toBe(false);
    guard.count(100, 100, 0);
    expect(guard.isFlood(100, 100, 0)).toBe(false);
    guard.count(1, 0, 1);
    expect(guard.isFlood(100, 100, 2)).toBe(true);
  });
});
