import type { Clock } from '@sluice/async';
import type { LeaseAsk, LeaseGrant } from './lease.js';
import { limitRates } from './limit-rates.js';
import type { RateLimitOptions } from './rate-limit.settings.js';
import { MAX_KEYS, TokenBuckets } from './token-bucket.js';

/** The buckets that several processes share. What a process has leased is spent here, so that all of them together keep the limits. */
export class LeaseOffice {
  private readonly limits: ReadonlyMap<string, TokenBuckets>;

  /** @param share of each rate that is given out here: above 0, at most 1 */
  constructor(
    options: RateLimitOptions,
    private readonly clock: Clock,
    share = 1,
  ) {
    const limits = limitRates(options).map(({ name, rate: { perSecond, burst } }): [string, TokenBuckets] => [
      name,
      new TokenBuckets({ perSecond: perSecond * share, burst: burst * share }, MAX_KEYS),
    ]);
    this.limits = new Map(limits);
  }

  answer(asks: readonly LeaseAsk[]): LeaseGrant[] {
    const nowMs = this.clock.monotonicMs();
    return asks.map((ask) => grantOf(this.limits.get(ask.limit), ask, nowMs));
  }
}

function grantOf(buckets: TokenBuckets | undefined, ask: LeaseAsk, nowMs: number): LeaseGrant {
  if (buckets === undefined) return { granted: 0, level: 0 };
  const { key, spent, wants, holds, isWhole, spare } = ask;
  if (spent !== 0) buckets.spend(key, spent, nowMs);
  const level = buckets.level(key, nowMs);
  if (wants <= 0 || !buckets.isOpen(key, nowMs, holds)) return { granted: 0, level };
  const most = Math.max(0, Math.floor(level));
  const granted = Math.min(isWhole ? Math.max(wants, most) : most, wants + spare);
  if (granted > 0) buckets.spend(key, granted, nowMs);
  return { granted, level: level - granted };
}
