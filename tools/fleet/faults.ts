import type { Random } from '../load/ledger/random.js';

/** What goes wrong on the devices' side. */
export const FAULTS = ['clock-skew', 'offline', 'duplicates', 'malformed'] as const;

/** Shares of the reports, 0..1. */
export const DUPLICATE_SHARE = 0.05;
export const MALFORMED_SHARE = 0.02;

const DAY_MS = 86_400_000;

/** How wrong a device's clock is, in milliseconds: mostly by hours, for some because the battery is empty and it is 1970 again. */
export function clockSkewMs(random: Random, nowMs: number): number {
  return random.next() < 0.1 ? -nowMs : random.between(-DAY_MS, DAY_MS);
}

const ONLINE_MS = { min: 5_000, max: 30_000 };
const OFFLINE_MS = { min: 1_000, max: 8_000 };

/** When a device has no network: spells that come from the seed, on the time that has passed since it was started. */
export class OfflineSpells {
  private startsAtMs: number;
  private endsAtMs: number;

  constructor(private readonly random: Random) {
    this.startsAtMs = random.between(0, ONLINE_MS.max);
    this.endsAtMs = this.startsAtMs + random.between(OFFLINE_MS.min, OFFLINE_MS.max);
  }

  /** @param elapsedMs never less than in the call before */
  isOffline(elapsedMs: number): boolean {
    while (elapsedMs >= this.endsAtMs) {
      this.startsAtMs = this.endsAtMs + this.random.between(ONLINE_MS.min, ONLINE_MS.max);
      this.endsAtMs = this.startsAtMs + this.random.between(OFFLINE_MS.min, OFFLINE_MS.max);
    }
    return elapsedMs >= this.startsAtMs;
  }
}

export interface Measured {
  timestamp: string;
  payload: Readonly<Record<string, unknown>>;
}

/** The same report as a device with broken firmware makes it: JSON that passes the device library, and that no gateway may take. */
export function malformed({ timestamp, payload }: Measured, random: Random): Measured {
  return random.oneOf<Measured>([
    { timestamp: 'yesterday', payload },
    { timestamp: timestamp.replace('Z', ''), payload },
    { timestamp, payload: { ...payload, ['k'.repeat(300)]: 1 } },
    { timestamp, payload: { ...payload, ['']: 1 } },
  ]);
}
