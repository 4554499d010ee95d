import type { Rate } from './buckets.js';
import type { RateLimitOptions } from './rate-limit.settings.js';

export type Unit = 'records' | 'bytes' | 'reads';

/** Whom a limit counts. */
type Counted = 'token' | 'address' | 'device';

export interface LimitRate {
  /** In problems and headers: `token-records`. */
  name: string;
  counts: Counted;
  unit: Unit;
  rate: Rate;
}

/** The limits that are set, with their rates. */
export function limitRates(options: RateLimitOptions): LimitRate[] {
  const ratesOf: Record<Counted, Partial<Record<Unit, number>>> = {
    token: {
      records: options.tokenRecordsPerSecond,
      bytes: options.tokenBytesPerSecond,
      reads: options.tokenReadsPerSecond,
    },
    address: {
      records: options.addressRecordsPerSecond,
      bytes: options.addressBytesPerSecond,
      reads: options.addressReadsPerSecond,
    },
    device: { records: options.deviceRecordsPerSecond, bytes: options.deviceBytesPerSecond },
  };
  return (Object.keys(ratesOf) as Counted[]).flatMap((counts) =>
    (Object.entries(ratesOf[counts]) as [Unit, number][])
      .filter(([, perSecond]) => perSecond > 0)
      .map(([unit, perSecond]) => ({
        ...{ name: `${counts}-${unit}`, counts, unit },
        rate: { perSecond, burst: perSecond * options.limitBurstSeconds },
      })),
  );
}
