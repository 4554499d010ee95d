import type { IngestEvent, JsonObject } from '@sluice/contracts';
import type { RecordToStore } from '../record-store.js';

/** The traits of a record that a test sets. */
export interface RecordTraits {
  deviceId?: string;
  recordId?: string;
  timestamp?: string;
  /** The origin of the timestamp in the event. */
  origin?: Pick<IngestEvent, 'timestamp_sent' | 'timestamp_source'>;
  receivedAt?: string;
  payload?: JsonObject;
  offset?: number;
}

/** The worker's clock in the suites. */
export const STORED_AT_MS = Date.UTC(2025, 8, 9, 17, 0, 2);
export const STORED_AT = '2025-09-09T17:00:02.000Z';

/** An ordinary record, except for the traits that a test sets. */
export function recordToStore(traits: RecordTraits = {}): RecordToStore {
  return {
    event: {
      device_id: traits.deviceId ?? 'dev-2',
      record_id: traits.recordId ?? 'r-1',
      timestamp: traits.timestamp ?? '2025-09-09T17:00:00Z',
      ...traits.origin,
      received_at: traits.receivedAt ?? '2025-09-09T17:00:01.250Z',
      data_payload: traits.payload ?? { gene_count: 12, sample_quality: 0.98 },
    },
    source: { partition: 0, offset: traits.offset ?? 0 },
  };
}

/** `count` records of different keys, one second apart, the newest last. */
export function recordsToStore(count: number, traits: RecordTraits = {}): RecordToStore[] {
  return Array.from({ length: count }, (_, index) =>
    recordToStore({
      recordId: `r-${index}`,
      timestamp: secondsAfterStart(index),
      payload: { index },
      offset: index,
      ...traits,
    }),
  );
}

/** 2025-09-09T17:00:00Z plus this many seconds. */
export function secondsAfterStart(seconds: number): string {
  return new Date(Date.UTC(2025, 8, 9, 17) + seconds * 1000).toISOString();
}

/** Numbers from 0 to below 1 that are the same in every run (Mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
