import type { Refusal } from '../refusal.js';
import type { Buckets } from './buckets.js';
import type { LeasedBuckets } from './leased-buckets.js';
import type { Unit } from './limit-rates.js';

/** A rate, and what each sender has spent of it. */
export interface Limit {
  /** In problems and headers: `token-records`. */
  name: string;
  unit: Unit;
  buckets: Buckets;
  /** The same buckets, where several processes share them. */
  leased?: LeasedBuckets;
}

/** What a request costs, as far as that is known: the limits of these units are asked, and charged. */
export type Cost = Readonly<Partial<Record<Unit, number>>>;

/** What one request has spent of one limit so far. */
interface Line {
  limit: Limit;
  key: string;
  charged: number;
}

/**
 * What one request costs its sender:
 *
 *     reserve what its head declares -> settle what it turned out to be, or close it with what had arrived
 *
 * Each step asks first whether the limit has anything left without this request, unless the request costs no more than it has reserved.
 * So requests side by side cannot overdraw a limit one after the other: it owes one largest request at most, whatever arrives.
 */
export class Charge {
  /** Whether something is reserved that is to be settled. */
  #isOpen = false;

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    private readonly lines: readonly Line[],
    private readonly now: () => number,
  ) {}

  /**
   * Leases what a step with this cost charges, where several processes share the limits. Call it before {@link reserve} and
   * {@link settle}.
   *
   * @returns `undefined` if nothing has to be waited for
   */
  prepare(cost: Cost): Promise<unknown> | undefined {
    if (this.lines[0]?.limit.leased === undefined) return undefined;
    return allOf(
      this.lines.map(({ limit, key, charged }) => {
        const units = cost[limit.unit] ?? 0;
        return units > charged ? limit.leased!.topUp(key, units - charged, charged, true) : undefined;
      }),
    );
  }

  /** Gives back what was leased and not charged. Call it when the request is over. */
  release(): void {
    for (const { limit, key } of this.lines) limit.leased?.trim(key);
  }

  /** @returns the refusal if a limit that counts one of these units is spent. Nothing is charged. */
  refusalOf(cost: Cost): Refusal | undefined {
    const nowMs = this.now();
    const spent = this.lines.filter((line) => cost[line.limit.unit] !== undefined && !isOpen(line, nowMs));
    return spent.length === 0 ? undefined : refusalBy(spent, nowMs);
  }

  /** Charges what is known of the request before its body is read. @returns the refusal if a limit is spent; nothing is charged */
  reserve(cost: Cost): Refusal | undefined {
    const refusal = this.refusalOf(cost);
    if (refusal === undefined) {
      this.#isOpen = true;
      this.chargeAs(cost);
    }
    return refusal;
  }

  /**
   * Charges what the request has turned out to cost, in place of what was reserved. To be called before it is published.
   *
   * @returns the refusal if other requests have spent a limit meanwhile; then this one costs nothing
   */
  settle(cost: Cost): Refusal | undefined {
    this.#isOpen = false;
    const nowMs = this.now();
    const exceeded = this.lines.filter((line) => !allows(line, cost, nowMs));
    this.chargeAs(exceeded.length === 0 ? cost : {});
    return exceeded.length === 0 ? undefined : refusalBy(exceeded, nowMs);
  }

  /** Ends a request that is not settled: charges what it has cost so far, if the limits allow that. Needs a reservation. */
  close(cost: Cost): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.chargeAs(cost);
  }

  /** The fields of draft-ietf-httpapi-ratelimit-headers for the limits that count these units. */
  headers(cost: Cost): Record<string, string> {
    if (this.lines.length === 0) return NO_HEADERS;
    const nowMs = this.now();
    const [policies, states]: string[][] = [[], []];
    for (const { limit, key } of this.lines) {
      const { name, unit, buckets } = limit;
      if (cost[unit] === undefined) continue;
      const { rate } = buckets;
      const { remaining, seconds } = buckets.allowance(key, nowMs);
      const quotaUnit = unit === 'bytes' ? ';qu="content-bytes"' : '';
      policies!.push(`"${name}";q=${rate.burst};w=${rate.burst / rate.perSecond}${quotaUnit}`);
      states!.push(`"${name}";r=${remaining};t=${seconds}`);
    }
    if (policies!.length === 0) return {};
    return { 'ratelimit-policy': policies!.join(', '), ratelimit: states!.join(', ') };
  }

  private chargeAs(cost: Cost): void {
    const nowMs = this.now();
    for (const line of this.lines) {
      const units = cost[line.limit.unit] ?? 0;
      if (units === line.charged || !allows(line, cost, nowMs)) continue;
      line.limit.buckets.spend(line.key, units - line.charged, nowMs);
      line.charged = units;
    }
  }
}

const NO_HEADERS: Record<string, string> = Object.freeze({});

/** For senders that no limit counts. */
export const FREE = new Charge([], () => 0);

/** Whether this cost may replace what is charged: it is not larger, or the limit has something left without this request. */
function allows(line: Line, cost: Cost, nowMs: number): boolean {
  return (cost[line.limit.unit] ?? 0) <= line.charged || isOpen(line, nowMs);
}

/** Whether the limit would have something left without this request. */
function isOpen({ limit, key, charged }: Line, nowMs: number): boolean {
  return limit.buckets.isOpen(key, nowMs, charged);
}

interface SpentLimit {
  limit: Limit;
  seconds: number;
}

/** The spent limit that takes longest to recover. */
function longest(lines: readonly Line[], nowMs: number): SpentLimit {
  const spent = lines
    .map(({ limit, key }) => ({ limit, ...limit.buckets.allowance(key, nowMs) }))
    .filter(({ isOpen }) => !isOpen);
  return spent.reduce((a, b) => (a.seconds >= b.seconds ? a : b));
}

/** @param lines of limits of which at least one is spent */
export function refusalBy(lines: readonly Line[], nowMs: number): Refusal & { retryAfterSeconds: number } {
  const spent = longest(lines, nowMs);
  return { code: 'rate-limited', detail: detailOf(spent), retryAfterSeconds: spent.seconds };
}

export function allOf(waits: readonly (Promise<void> | undefined)[]): Promise<unknown> | undefined {
  return waits.some((wait) => wait !== undefined) ? Promise.all(waits) : undefined;
}

export function lineOf(limit: Limit, key: string): Line {
  return { limit, key, charged: 0 };
}

function detailOf({ limit: { name, unit, buckets }, seconds }: SpentLimit): string {
  const whose = name.split('-', 1)[0];
  return `The limit ${name} is spent: ${buckets.rate.perSecond} ${unit} a second for each ${whose}. Send again after ${seconds} s.`;
}
