import { TokenBuckets, type Principal } from '#access';
import { problemOf, type Problem } from '#contracts';
import { ProblemError, type Clock } from '#runtime';
import type { AccessOptions } from './access-options.js';

/** Most keys that one limit remembers: about 10 MB. */
const MAX_KEYS = 50_000;

type Unit = 'records' | 'bytes' | 'reads';

interface Limit {
  /** In problems and headers: `token-records`. */
  name: string;
  unit: Unit;
  buckets: TokenBuckets;
}

/** Whom a request is counted against. */
export interface Sender {
  principal: Principal | undefined;
  address: string;
}

/** What a request costs, as far as that is known: the limits of these units are asked, and pay. */
export type Cost = Readonly<Partial<Record<Unit, number>>>;

/** What may come of one token, of one device and from one address. Without a limit, nothing is counted. */
export class RateLimits {
  private readonly ofToken: Limit[];
  private readonly ofAddress: Limit[];
  private readonly ofDevice: Limit[];
  readonly countSenders: boolean;
  readonly countDevices: boolean;

  constructor(
    options: AccessOptions,
    private readonly clock: Clock,
  ) {
    const limits = (name: string, records: number, bytes: number, reads = 0): Limit[] => [
      ...limit(`${name}-records`, 'records', records, options.limitBurstSeconds),
      ...limit(`${name}-bytes`, 'bytes', bytes, options.limitBurstSeconds),
      ...limit(`${name}-reads`, 'reads', reads, options.limitBurstSeconds),
    ];
    const { tokenRecordsPerSecond, tokenBytesPerSecond, tokenReadsPerSecond } = options;
    const { addressRecordsPerSecond, addressBytesPerSecond, addressReadsPerSecond } = options;
    this.ofToken = limits('token', tokenRecordsPerSecond, tokenBytesPerSecond, tokenReadsPerSecond);
    this.ofAddress = limits('address', addressRecordsPerSecond, addressBytesPerSecond, addressReadsPerSecond);
    this.ofDevice = limits('device', options.deviceRecordsPerSecond, options.deviceBytesPerSecond);
    this.countSenders = this.ofToken.length + this.ofAddress.length > 0;
    this.countDevices = this.ofDevice.length > 0;
  }

  /** Before the body is read: pays for what is known of it, or says which limit is spent. Refused requests cost nothing more. */
  enter(sender: Sender, cost: Cost): ProblemError | undefined {
    const spent = longest(closed(this.limitsOf(sender, cost), this.clock.now()));
    if (spent !== undefined)
      return new ProblemError('rate-limited', detailOf(spent), { retryAfterSeconds: spent.seconds });
    this.pay(sender, cost);
    return undefined;
  }

  /** Once the size is known: what {@link enter} has not paid yet. */
  pay(sender: Sender, cost: Cost): void {
    if (!this.countSenders) return;
    const nowMs = this.clock.now();
    for (const [key, { unit, buckets }] of this.limitsOf(sender, cost)) {
      if (cost[unit] !== 0) buckets.spend(key, cost[unit]!, nowMs);
    }
  }

  /** @returns the problem of one record whose device has spent a limit, and when to send it again; else it is paid for */
  takeRecord(deviceId: string, bytes: number): { problem: Problem; retryAfterSeconds: number } | undefined {
    const nowMs = this.clock.now();
    if (this.ofDevice.every(({ buckets }) => buckets.isOpen(deviceId, nowMs))) {
      for (const { unit, buckets } of this.ofDevice) buckets.spend(deviceId, unit === 'records' ? 1 : bytes, nowMs);
      return undefined;
    }
    const spent = longest(
      closed(
        this.ofDevice.map((limit) => [deviceId, limit]),
        nowMs,
      ),
    )!;
    return { problem: problemOf('rate-limited', detailOf(spent)), retryAfterSeconds: spent.seconds };
  }

  /** The fields of draft-ietf-httpapi-ratelimit-headers for the limits of this sender that a request with this cost is asked for. */
  headers(sender: Sender, cost: Cost): Record<string, string> {
    const nowMs = this.clock.now();
    const [policies, states]: string[][] = [[], []];
    for (const [key, { name, unit, buckets }] of this.limitsOf(sender, cost)) {
      const { rate } = buckets;
      const { remaining, seconds } = buckets.look(key, nowMs);
      const quotaUnit = unit === 'bytes' ? ';qu="content-bytes"' : '';
      policies!.push(`"${name}";q=${rate.burst};w=${rate.burst / rate.perSecond}${quotaUnit}`);
      states!.push(`"${name}";r=${remaining};t=${seconds}`);
    }
    if (policies!.length === 0) return {};
    return { 'ratelimit-policy': policies!.join(', '), ratelimit: states!.join(', ') };
  }

  private limitsOf({ principal, address }: Sender, cost: Cost): [key: string, limit: Limit][] {
    const ofToken = principal === undefined ? [] : this.ofToken;
    const limits = [
      ...ofToken.map((limit): [string, Limit] => [principal!.name, limit]),
      ...this.ofAddress.map((limit): [string, Limit] => [address, limit]),
    ];
    return limits.filter(([, { unit }]) => cost[unit] !== undefined);
  }
}

interface SpentLimit {
  limit: Limit;
  seconds: number;
}

function closed(limits: readonly [key: string, limit: Limit][], nowMs: number): SpentLimit[] {
  return limits.map(([key, limit]) => ({ limit, ...limit.buckets.look(key, nowMs) })).filter(({ isOpen }) => !isOpen);
}

function limit(name: string, unit: Unit, perSecond: number, burstSeconds: number): Limit[] {
  if (perSecond === 0) return [];
  return [{ name, unit, buckets: new TokenBuckets({ perSecond, burst: perSecond * burstSeconds }, MAX_KEYS) }];
}

/** Where several are spent, the time of the one that takes longest is the honest one. */
function longest(spent: readonly SpentLimit[]): SpentLimit | undefined {
  return spent.reduce<SpentLimit | undefined>((a, b) => (a !== undefined && a.seconds >= b.seconds ? a : b), undefined);
}

function detailOf({ limit: { name, unit, buckets }, seconds }: SpentLimit): string {
  const whose = name.split('-', 1)[0];
  return `The limit ${name} is spent: ${buckets.rate.perSecond} ${unit} a second for each ${whose}. Send again after ${seconds} s.`;
}
