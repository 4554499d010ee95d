// Ingest rate and page latency of the embedded engines while the store grows.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidV7 } from '#contracts';
import { openRecordStore } from '#record-store';
import { manyRecords, median, requestsPerSecond } from './support/load.mjs';
import { freePort, startNode, stop, whenReady } from './support/process.mjs';

const SIZES = [0, 1_000_000, 5_000_000];
const PER_WRITE = 5000;
const BATCH = 500;
const PAGE_READS = 50;

/** @param {number} largest records in the largest store */
export async function benchGrowth(largest = SIZES.at(-1)) {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const rows = [];
  let stored = 0;
  try {
    for (const size of SIZES.filter((one) => one <= largest)) {
      await grow(dataDir, stored, size);
      stored = size;
      rows.push(...(await measure(dataDir, size)));
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
  return rows.map((row) => ({ ...row, ratio: row.value / rows.find(({ variant }) => variant === row.variant).value }));
}

async function grow(dataDir, from, to) {
  const store = await openRecordStore({ url: `file:${dataDir}`, clientId: 'bench', timeoutMs: 60_000 });
  await store.prepare();
  for (let at = from; at < to; at += PER_WRITE) {
    await store.writer.write(
      Array.from({ length: PER_WRITE }, (_, index) => recordToStore(at + index)),
      Date.now(),
    );
  }
  await store.close();
}

function recordToStore(number) {
  const measuredAt = new Date(Date.UTC(2020, 0, 1) + number * 1000).toISOString();
  const event = {
    record_id: uuidV7(Date.now()),
    device_id: `dev-${number % 1000}`,
    timestamp: measuredAt,
    received_at: measuredAt,
    data_payload: { gene_count: number % 100, sample_quality: 0.98 },
  };
  return { event, source: { partition: number % 12, offset: number } };
}

async function measure(dataDir, size) {
  const port = await freePort();
  const child = startNode(['dist/apps/standalone/src/main.js'], { env: { PORT: String(port), DATA_DIR: dataDir } });
  const baseUrl = `http://127.0.0.1:${port}`;
  await whenReady(`${baseUrl}/health/ready`, child);
  const first = await pageMillis(`${baseUrl}/records?limit=100`);
  const ofDevice = await pageMillis(`${baseUrl}/records?device_id=dev-7&limit=100`);
  const body = manyRecords(BATCH);
  const rate = BATCH * (await requestsPerSecond(`${baseUrl}/ingest`, { body, connections: 8, seconds: 8 }));
  await stop(child);
  const what = `growth: ${(size / 1e6).toLocaleString('en')} M records stored before`;
  return [
    { what, variant: 'ingest, POST of 500', value: rate, figure: `${Math.round(rate).toLocaleString('en')} records/s` },
    { what, variant: 'newest page of 100', value: first, figure: `${first.toFixed(1)} ms` },
    { what, variant: 'page of 100 of a device', value: ofDevice, figure: `${ofDevice.toFixed(1)} ms` },
  ];
}

async function pageMillis(url) {
  const times = [];
  for (let read = 0; read < PAGE_READS; read++) {
    const began = performance.now();
    await (await fetch(url)).text();
    times.push(performance.now() - began);
  }
  return median(times);
}
