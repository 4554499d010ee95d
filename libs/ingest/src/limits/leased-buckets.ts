import type { Clock } from '@sluice/async';
import type { Allowance, Buckets, Rate } from './buckets.js';
import type { LeaseAsk, LeaseGrant } from './lease.js';
import { allowanceAt, MAX_KEYS, ROUNDING } from './token-bucket.js';

/** What this process has of one bucket. */
interface Lease {
  /** Units that are leased and not spent; at least 0. */
  units: number;
  /** What the shared bucket held when it was asked last, and when that was. */
  level: number;
  atMs: number;
  /** Whether an ask is under way that brings spare units. */
  isAsked: boolean;
}

/** Time whose units are leased in advance, so that a sender at its rate costs ten asks a second, whatever it sends. */
const SPARE_SECONDS = 0.1;
/** A shared bucket that is closed is asked again after this, since other processes may have given something back. */
const CLOSED_MS = 1_000;

/** Sends one ask to the shared buckets. It never fails. */
export type AskOne = (ask: LeaseAsk) => Promise<LeaseGrant>;

/**
 * What one of several processes may spend of token buckets that all share.
 *
 *     topUp (may wait for the shared bucket) -> isOpen, spend -> trim
 *
 * Units are leased before they are spent, and a lease counts as spent in the shared bucket: so all processes together keep the rate.
 * What is spent beyond a lease is reported at once, and what a request did not need is given back.
 */
export class LeasedBuckets implements Buckets {
  private readonly leases = new Map<string, Lease>();
  private readonly opensAt: number;
  private readonly spare: number;

  constructor(
    private readonly limit: string,
    readonly rate: Rate,
    private readonly ask: AskOne,
    private readonly clock: Clock,
  ) {
    this.opensAt = Math.min(1, rate.burst);
    this.spare = Math.floor(rate.perSecond * SPARE_SECONDS);
  }

  /**
   * Leases what is missing.
   *
   * @param units that are about to be spent; at least 1 is asked for
   * @param reserved units that the caller has spent already and would give back
   * @param isWhole see {@link LeaseAsk}
   * @returns `undefined` if nothing has to be waited for
   */
  topUp(key: string, units: number, reserved: number, isWhole: boolean): Promise<void> | undefined {
    const nowMs = this.clock.monotonicMs();
    const lease = this.leases.get(key) ?? this.remember(key, nowMs);
    const missing = Math.max(0, Math.max(units, this.opensAt) - lease.units);
    const isClosed = this.levelAt(lease, nowMs) + reserved < this.opensAt - ROUNDING;
    // While the shared bucket is closed, its time says when it opens: asking for each request would change nothing.
    if (isClosed ? nowMs - lease.atMs < CLOSED_MS : missing === 0) return undefined;
    return this.lease(key, lease, { missing, reserved, isWhole });
  }

  /** Gives back what is leased beyond the spare units. */
  trim(key: string): void {
    const lease = this.leases.get(key);
    if (lease !== undefined && lease.units > this.spare) this.settle(key, lease, lease.units - this.spare);
  }

  isOpen(key: string, nowMs: number, reserved = 0): boolean {
    return this.levelOf(key, nowMs) + reserved >= this.opensAt - ROUNDING;
  }

  allowance(key: string, nowMs: number): Allowance {
    return allowanceAt(this.levelOf(key, nowMs), this.rate);
  }

  spend(key: string, units: number, nowMs: number): void {
    const lease = this.leases.get(key) ?? this.remember(key, nowMs);
    lease.units -= units;
    if (lease.units < 0) this.settle(key, lease, lease.units);
  }

  private async lease(
    key: string,
    lease: Lease,
    { missing: wants, reserved, isWhole }: { missing: number; reserved: number; isWhole: boolean },
  ): Promise<void> {
    const spare = lease.isAsked ? 0 : this.spare;
    lease.isAsked = true;
    const holds = lease.units + reserved;
    const { granted, level } = await this.ask({ limit: this.limit, key, spent: 0, wants, holds, isWhole, spare });
    if (spare > 0) lease.isAsked = false;
    lease.units += granted;
    lease.level = level;
    lease.atMs = this.clock.monotonicMs();
  }

  /** Reports units that are given back, or below 0: spent without a lease. */
  private settle(key: string, lease: Lease, units: number): void {
    lease.units -= units;
    lease.level += units;
    void this.ask({ limit: this.limit, key, spent: -units, wants: 0, holds: 0, isWhole: false, spare: 0 });
  }

  private remember(key: string, nowMs: number): Lease {
    if (this.leases.size >= MAX_KEYS) this.forgetOldest();
    const lease = { units: 0, level: this.rate.burst, atMs: nowMs, isAsked: false };
    this.leases.set(key, lease);
    return lease;
  }

  private forgetOldest(): void {
    const [[key, lease] = []] = this.leases;
    if (key === undefined || lease === undefined) return;
    this.leases.delete(key);
    if (lease.units > 0) this.settle(key, lease, lease.units);
  }

  private levelOf(key: string, nowMs: number): number {
    const lease = this.leases.get(key);
    return lease === undefined ? this.rate.burst : this.levelAt(lease, nowMs);
  }

  /** What the shared bucket and this lease hold together, as far as it is known here. */
  private levelAt({ units, level, atMs }: Lease, nowMs: number): number {
    const elapsedMs = Math.max(0, nowMs - atMs);
    return Math.min(this.rate.burst, level + (elapsedMs / 1000) * this.rate.perSecond) + units;
  }
}
