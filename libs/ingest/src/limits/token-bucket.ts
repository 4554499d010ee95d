import type { Allowance, Buckets, Rate } from './buckets.js';
import { FirstFull, type Due } from './first-full.js';

interface Bucket {
  level: number;
  atMs: number;
}

/** Units that arithmetic may lose: one that is due is not refused for them. */
export const ROUNDING = 1e-9;

/** Most keys that one limit remembers: about 15 MB. */
export const MAX_KEYS = 50_000;

/** @param level what a bucket holds */
export function allowanceAt(level: number, { burst, perSecond }: Rate): Allowance {
  const opensAt = Math.min(1, burst);
  const isOpen = level >= opensAt - ROUNDING;
  const missing = (isOpen ? burst : opensAt) - level;
  return {
    isOpen,
    remaining: Math.max(0, Math.floor(level + ROUNDING)),
    seconds: Math.max(1, Math.ceil(missing / perSecond - ROUNDING)),
  };
}

/**
 * Token buckets by key. A bucket that holds one unit is open: a request may then spend more than it holds, and the next one waits
 * until that is paid back. So no request is too large for a limit, and the debt of a key is one request at most, as long as callers ask
 * {@link isOpen} before each {@link spend}.
 *
 * All times are milliseconds of a clock that never goes back.
 *
 * A full bucket need not be remembered. Where more than `maxKeys` keys are in use, the bucket that would be full first is forgotten:
 * full ones before all others, and one in debt only when all are, the smallest debt first.
 */
export class TokenBuckets implements Buckets {
  private readonly buckets = new Map<string, Bucket>();
  /**
   * Empty until the map is full; from then on every key is in it at least once, with a time that is not later than the true one.
   * Entries that no longer hold are put right when they come first.
   */
  private readonly firstFull = new FirstFull();
  private readonly opensAt: number;

  constructor(
    readonly rate: Rate,
    private readonly maxKeys: number,
  ) {
    this.opensAt = Math.min(1, rate.burst);
  }

  get size(): number {
    return this.buckets.size;
  }

  /** @param reserved units that the caller has spent already and would give back */
  isOpen(key: string, nowMs: number, reserved = 0): boolean {
    return this.level(key, nowMs) + reserved >= this.opensAt - ROUNDING;
  }

  allowance(key: string, nowMs: number): Allowance {
    return allowanceAt(this.level(key, nowMs), this.rate);
  }

  /** What the bucket of this key holds; below 0: its debt. */
  level(key: string, nowMs: number): number {
    return this.levelOf(this.buckets.get(key), nowMs);
  }

  /** @param units below 0: they are given back, as far as the bucket holds them */
  spend(key: string, units: number, nowMs: number): void {
    const bucket = this.buckets.get(key);
    const level = Math.min(this.rate.burst, this.levelOf(bucket, nowMs) - units);
    if (bucket === undefined) {
      if (level === this.rate.burst) return;
      this.remember(key, { level, atMs: nowMs });
      return;
    }
    bucket.level = level;
    bucket.atMs = Math.max(bucket.atMs, nowMs);
    if (units < 0) this.noteDue(key, bucket);
  }

  private remember(key: string, bucket: Bucket): void {
    if (this.buckets.size >= this.maxKeys) this.forgetOne();
    this.buckets.set(key, bucket);
    this.noteDue(key, bucket);
  }

  private noteDue(key: string, bucket: Bucket): void {
    if (this.firstFull.size === 0) return;
    this.firstFull.add(this.dueOf(key, bucket));
    // Keys that got something back are in it several times: it is made again when it is needed.
    if (this.firstFull.size > 2 * this.maxKeys) this.firstFull.clear();
  }

  private forgetOne(): void {
    if (this.firstFull.size === 0) {
      for (const [key, bucket] of this.buckets) this.firstFull.add(this.dueOf(key, bucket));
    }
    for (let due = this.firstFull.shift(); due !== undefined; due = this.firstFull.shift()) {
      const bucket = this.buckets.get(due.key);
      if (bucket === undefined) continue;
      const current = this.dueOf(due.key, bucket);
      if (current.fullAtMs <= due.fullAtMs) {
        this.buckets.delete(due.key);
        return;
      }
      this.firstFull.add(current);
    }
  }

  private dueOf(key: string, { level, atMs }: Bucket): Due {
    return { key, fullAtMs: atMs + ((this.rate.burst - level) / this.rate.perSecond) * 1000 };
  }

  private levelOf(bucket: Bucket | undefined, nowMs: number): number {
    const { burst, perSecond } = this.rate;
    if (bucket === undefined) return burst;
    const elapsedMs = Math.max(0, nowMs - bucket.atMs);
    return Math.min(burst, bucket.level + (elapsedMs / 1000) * perSecond);
  }
}
