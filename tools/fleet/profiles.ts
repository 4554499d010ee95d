import type { Random } from '../load/ledger/random.js';

/** What kind of device it is: how often it reports, and what. */
export interface Profile {
  /**
   * Milliseconds before a report; `meanMs` on average. By chance, so that devices do not fall in step.
   *
   * @param number counts the reports of the device, from 0
   */
  pauseMs(random: Random, meanMs: number, number: number): number;
  payload(random: Random, number: number): object;
}

export const PROFILES = ['sensor', 'lab', 'machine'] as const;
export type ProfileName = (typeof PROFILES)[number];

/** A reading now and then, about 100 bytes. */
const sensor: Profile = {
  pauseMs: (random, meanMs) => meanMs * (0.5 + random.next()),
  payload: (random, number) => ({
    sequence: number,
    temperature_c: rounded(18 + 8 * random.next(), 2),
    humidity: rounded(random.next(), 3),
    battery_v: rounded(3 + 0.3 * random.next(), 2),
  }),
};

/** A run of a lab instrument: nested results, 1 to 3 kB, at no particular time. */
const lab: Profile = {
  pauseMs: (random, meanMs) => -Math.log(1 - random.next()) * meanMs,
  payload: (random, number) => ({
    run: { number, method: random.oneOf(['qPCR', 'HPLC', 'ELISA']), plate: `P-${random.between(1000, 9999)}` },
    samples: Array.from({ length: random.between(3, 8) }, (_, well) => sampleOf(random, well)),
    operator: random.oneOf([null, 'müller', '佐藤', "O'Neill"]),
    is_control: random.next() < 0.1,
  }),
};

function sampleOf(random: Random, well: number): object {
  const analytes = ['ACTB', 'GAPDH', 'IL6', 'TNF'].map((name) => ({
    name,
    value: rounded(40 * random.next(), 4),
    unit: 'Ct',
    flags: random.next() < 0.2 ? ['low-signal', 'repeat'] : [],
  }));
  return { well: `A${well + 1}`, volume_ul: rounded(5 + 15 * random.next(), 1), analytes };
}

/** Reports in a burst, and milliseconds between two of them. */
const BURST_LENGTH = 20;
const IN_BURST_MS = 20;

/** A machine that says much while it works and nothing while it does not. */
const machine: Profile = {
  pauseMs(random, meanMs, number) {
    const shortMs = Math.min(IN_BURST_MS, meanMs / 4);
    const idleMs = BURST_LENGTH * meanMs - (BURST_LENGTH - 1) * shortMs;
    return number % BURST_LENGTH === 0 ? 2 * random.next() * idleMs : shortMs;
  },
  payload: (random, number) => ({
    cycle: number,
    state: random.oneOf(['running', 'running', 'running', 'blocked', 'tool-change']),
    axes: { x: axisOf(random), y: axisOf(random), z: axisOf(random) },
    alarms: random.next() < 0.05 ? [{ code: random.between(100, 999), text: 'über Grenzwert' }] : [],
  }),
};

function axisOf(random: Random): object {
  return { position_um: random.between(-500_000, 500_000), load: rounded(random.next(), 3) };
}

const BY_NAME: Readonly<Record<ProfileName, Profile>> = { sensor, lab, machine };

export function profileOf(name: ProfileName | 'mixed', random: Random): Profile {
  return BY_NAME[name === 'mixed' ? random.oneOf(PROFILES) : name];
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
