import type { IngestEvent, JsonObject } from '@sluice/contracts';
import { Random } from '../load/ledger/random.js';

/** A number, or why there is none, as a series counts it. */
export type Reading = number | 'missing' | 'non_numeric';

export interface SampleRecord {
  event: IngestEvent;
  timestampMs: number;
  receivedAtMs: number;
  readings: Readonly<Record<Path, Reading>>;
}

/** Where the payloads of a sample have numbers. */
export const PATHS = ['/temp', '/sensors/a~1b/0'] as const;
type Path = (typeof PATHS)[number];

const FIRST_MS = Date.parse('2025-09-01T00:00:00Z');
const STEP_MS = 30_000;
const HOUR_MS = 3_600_000;
const RECORDS_OF_DEVICE = 5_000;
/** One device has a tenth of all records. */
const BIG_SHARE = 10;
/** One of as many records has a clock of the year 2099. */
const AHEAD_SHARE = 1_009;
const AHEAD_MS = Date.parse('2099-01-01T00:00:00Z');

/**
 * Records that follow from a seed, each from its number alone: devices of different size, values that are missing or no numbers, records
 * that arrive late and out of order, clocks that are ahead, time stamps with offsets. Numbers are eighths, so that sums are exact.
 */
export class Sample {
  readonly deviceIds: readonly string[];

  constructor(
    readonly size: number,
    private readonly seed: number,
  ) {
    const devices = Math.max(20, Math.ceil(size / RECORDS_OF_DEVICE));
    this.deviceIds = Array.from({ length: devices }, (_, index) => `${index % 3 === 0 ? 'lab' : 'dev'}:${index}`);
  }

  /** @param index 0 to {@link size} - 1 */
  record(index: number): SampleRecord {
    const random = new Random(this.seed + index * 7919);
    const isBig = index % BIG_SHARE === 0;
    const others = this.deviceIds.length - 1;
    const device_id = this.deviceIds[isBig ? 0 : 1 + (index % others)]!;
    // No two records of a device have the same instant.
    const isAhead = index % AHEAD_SHARE === 1;
    const timestampMs = (isAhead ? AHEAD_MS : FIRST_MS) + index * STEP_MS + random.between(0, STEP_MS - 1);
    const delayMs = random.next() < 0.05 ? random.between(0, 48 * HOUR_MS) : random.between(0, 5_000);
    const receivedAtMs = FIRST_MS + index * STEP_MS + delayMs;
    const readings = { '/temp': readingOf(random), '/sensors/a~1b/0': readingOf(random) };
    const event: IngestEvent = {
      record_id: `r-${index}`,
      device_id,
      timestamp: timestampText(timestampMs, random),
      received_at: new Date(receivedAtMs).toISOString(),
      data_payload: payloadOf(readings),
    };
    return { event, timestampMs, receivedAtMs, readings };
  }
}

function readingOf(random: Random): Reading {
  const share = random.next();
  if (share < 0.05) return 'missing';
  if (share < 0.1) return 'non_numeric';
  return random.between(-4_000, 4_000) / 8;
}

function payloadOf({ '/temp': temp, '/sensors/a~1b/0': first }: SampleRecord['readings']): JsonObject {
  return {
    ...(temp !== 'missing' && { temp: temp === 'non_numeric' ? null : temp }),
    sensors: { 'a/b': first === 'missing' ? [] : [first === 'non_numeric' ? '12' : first, 7] },
  };
}

function timestampText(ms: number, random: Random): string {
  const offsetHours = random.oneOf([0, 0, 2]);
  const text = new Date(ms + offsetHours * HOUR_MS).toISOString();
  return offsetHours === 0 ? text : text.replace('Z', '+02:00');
}
