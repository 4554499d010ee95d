import type { Clock } from '@sluice/async';
import { problemOf, type Problem } from '@sluice/contracts';
import type { Principal } from '../access/principal.js';
import { allOf, Charge, FREE, type Limit, lineOf, refusalBy } from './charge.js';
import type { LeaseSource } from './lease.js';
import { LeaseAsks } from './lease-asks.js';
import { LeaseOffice } from './lease-office.js';
import { LeasedBuckets } from './leased-buckets.js';
import { limitRates, type LimitRate, type Unit } from './limit-rates.js';
import type { RateLimitOptions } from './rate-limit.settings.js';
import { MAX_KEYS, TokenBuckets } from './token-bucket.js';

/** The limits hold for several processes together. */
export interface SharedLimits {
  processes: number;
  source: LeaseSource;
}

/** Who sends a request and from where: what its limits count, and what it may do. */
export interface Sender {
  /** `undefined` where access is open. */
  principal: Principal | undefined;
  /** As {@link RateLimits} counts it; empty where nothing needs it. */
  address: string;
}

/** How much one token, one device and one address may send and read. Without a limit, nothing is counted. */
export class RateLimits {
  private readonly ofToken: Limit[];
  private readonly ofAddress: Limit[];
  private readonly ofDevice: Limit[];
  readonly countSenders: boolean;
  readonly countDevices: boolean;

  /** @param shared left out: the limits are those of this process */
  constructor(
    options: RateLimitOptions,
    private readonly clock: Clock,
    shared?: SharedLimits,
  ) {
    const limitOf = shared === undefined ? ownLimit : sharedLimit(shared, options, clock);
    const rates = limitRates(options);
    const limitsOf = (whom: LimitRate['counts']): Limit[] => rates.filter(({ counts }) => counts === whom).map(limitOf);
    this.ofToken = limitsOf('token');
    this.ofAddress = limitsOf('address');
    this.ofDevice = limitsOf('device');
    this.countSenders = this.ofToken.length + this.ofAddress.length > 0;
    this.countDevices = this.ofDevice.length > 0;
  }

  /** @returns the one charge of a request of this sender; nothing is charged yet */
  chargeOf(sender: Sender): Charge {
    if (!this.countSenders) return FREE;
    const ofToken = sender.principal === undefined ? [] : this.ofToken;
    const lines = [
      ...ofToken.map((limit) => lineOf(limit, sender.principal!.name)),
      ...this.ofAddress.map((limit) => lineOf(limit, sender.address)),
    ];
    return new Charge(lines, () => this.clock.monotonicMs());
  }

  /**
   * Leases what these records cost their devices. Call it before {@link chargeDevice}.
   *
   * @returns `undefined` if nothing has to be waited for
   */
  prepareDevices(records: Iterable<DeviceCost>): Promise<unknown> | undefined {
    if (this.ofDevice[0]?.leased === undefined) return undefined;
    const costs = Map.groupBy(records, ({ deviceId }) => deviceId);
    const waits = Array.from(costs, ([deviceId, of]) =>
      this.ofDevice.map(({ unit, leased }) => leased!.topUp(deviceId, totalOf(of, unit), 0, false)),
    );
    return allOf(waits.flat());
  }

  /** Gives back what these devices did not need of it. */
  releaseDevices(records: Iterable<DeviceCost>): void {
    if (this.ofDevice[0]?.leased === undefined) return;
    for (const { deviceId } of records) for (const { leased } of this.ofDevice) leased!.trim(deviceId);
  }

  /** @returns the problem of one record whose device has spent a limit, and when to send it again; else it is charged */
  chargeDevice(deviceId: string, bytes: number): { problem: Problem; retryAfterSeconds: number } | undefined {
    const nowMs = this.clock.monotonicMs();
    if (this.ofDevice.every(({ buckets }) => buckets.isOpen(deviceId, nowMs))) {
      for (const { unit, buckets } of this.ofDevice) buckets.spend(deviceId, unit === 'records' ? 1 : bytes, nowMs);
      return undefined;
    }
    const lines = this.ofDevice.map((limit) => lineOf(limit, deviceId));
    const { detail, retryAfterSeconds } = refusalBy(lines, nowMs);
    return { problem: problemOf('rate-limited', detail), retryAfterSeconds };
  }
}

/** What one record costs its device. */
export interface DeviceCost {
  deviceId: string;
  bytes: number;
}

function totalOf(costs: readonly DeviceCost[], unit: Unit): number {
  return unit === 'records' ? costs.length : costs.reduce((total, { bytes }) => total + bytes, 0);
}

function ownLimit({ name, unit, rate }: LimitRate): Limit {
  return { name, unit, buckets: new TokenBuckets(rate, MAX_KEYS) };
}

function sharedLimit(
  { source, processes }: SharedLimits,
  options: RateLimitOptions,
  clock: Clock,
): (rate: LimitRate) => Limit {
  const asks = new LeaseAsks(source, new LeaseOffice(options, clock, 1 / processes));
  return ({ name, unit, rate }) => {
    const leased = new LeasedBuckets(name, rate, (ask) => asks.send(ask), clock);
    return { name, unit, buckets: leased, leased };
  };
}
