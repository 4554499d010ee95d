import { HttpClient, until } from '@sluice/test-kit';
import { untilDrained } from '../load/ledger/stored-copies.js';

const LARGE = { device: 'large', records: 120, payloadBytes: 250_000, perRequest: 10 };
const SMALL = { device: 'small', records: 2_000, payloadBytes: 100, perRequest: 500 };

/** Stores records for two kinds of pages: the largest that there are, and ordinary ones. */
export async function storePages(url: string): Promise<void> {
  for (const { device, records, payloadBytes, perRequest } of [LARGE, SMALL]) {
    for (let sent = 0; sent < records; sent += perRequest)
      await send(url, batchOf(device, perRequest, payloadBytes, sent));
  }
  await untilDrained(new HttpClient(url));
}

export const LARGEST_PAGE = `/records?limit=1000&device_id=${LARGE.device}`;
export const ORDINARY_PAGE = `/records?device_id=${SMALL.device}`;

function batchOf(device_id: string, count: number, payloadBytes: number, first: number): string {
  const data_payload = { text: 'x'.repeat(payloadBytes) };
  const records = Array.from({ length: count }, (_, n) => ({
    device_id,
    record_id: `r-${first + n}`,
    timestamp: '2025-09-09T17:00:00Z',
    data_payload,
  }));
  return JSON.stringify(records);
}

/** Sends records until they are accepted. */
export async function send(url: string, body: string): Promise<void> {
  await until('the records are accepted', async () => {
    const headers = { 'content-type': 'application/json' };
    const { ok } = await fetch(`${url}/ingest`, { method: 'POST', headers, body });
    return ok || undefined;
  });
}
