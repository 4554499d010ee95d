import { HttpClient } from '@sluice/test-kit';
import { untilDrained } from '../load/ledger/stored-copies.js';
import { BROKERS } from './gateway.js';
import { send } from './stored-pages.js';

const DEVICE = 'series';
/** Several exports end within one measurement; a record store over the network reads more slowly. */
const RECORDS = BROKERS === undefined ? 20_000 : 5_000;
const PER_REQUEST = 1_000;
const FIRST_MS = Date.parse('2025-09-01T00:00:00Z');

/** Stores a value each second. */
export async function storeSeries(url: string): Promise<void> {
  for (let first = 0; first < RECORDS; first += PER_REQUEST) await send(url, batchFrom(first));
  await untilDrained(new HttpClient(url));
}

export const EXPORT = `/export?device_id=${DEVICE}`;
export const SERIES = `/records/${DEVICE}/series?path=/temp&every=5m&fn=avg,min,max,p95`;

function batchFrom(first: number): string {
  const records = Array.from({ length: PER_REQUEST }, (_, index) => ({
    device_id: DEVICE,
    record_id: `s-${first + index}`,
    timestamp: new Date(FIRST_MS + (first + index) * 1000).toISOString(),
    data_payload: { temp: ((first + index) % 400) / 10, hum: 40, status: 'ok' },
  }));
  return JSON.stringify(records);
}
