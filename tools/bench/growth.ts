// Ingest rate and page latency of the embedded engines while the store grows.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openRecordStore } from '@sluice/engines';
import { median } from '../load/figures.js';
import { Server } from '../load/server.js';
import type { Row } from './result.js';
import { BATCHES, recordsPerSecond } from './side-by-side.js';

/** The smallest has enough for a full page of one device, so that the pages are alike. */
const SIZES = [100_000, 1_000_000, 10_000_000];
const SECONDS = 8;
const PAGE_READS = 50;

type MeasuredRow = Omit<Row, 'ratio'> & { value: number };

/** @param largest records in the largest store */
export async function benchGrowth(largest = Infinity): Promise<Row[]> {
  const rows: MeasuredRow[] = [];
  for (const size of SIZES.filter((one) => one <= largest)) {
    const dataDir = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
    try {
      await fill(dataDir, size);
      rows.push(...(await measure(dataDir, size)));
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  }
  const smallest = (variant: string): number => rows.find((row) => row.variant === variant)!.value;
  return rows.map(({ value, ...row }) => ({ ...row, ratio: value / smallest(row.variant) }));
}

/** Writes to the store's file: storing millions of records batch by batch would take longer than all the rest. */
async function fill(dataDir: string, size: number): Promise<void> {
  const store = await openRecordStore({ url: `file:${dataDir}`, clientId: 'bench', timeoutMs: 60_000 });
  await store.prepare();
  await store.close();
  const database = new DatabaseSync(join(dataDir, 'records.db'));
  const indexes = database
    .prepare(`SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`)
    .all() as { name: string; sql: string }[];
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; BEGIN');
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`);
  database.prepare(FILL).run(size);
  for (const { sql } of indexes) database.exec(sql);
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

/** One record for each second since 2020, of a thousand devices in turn. */
const FILL = `
  WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?1)
  INSERT INTO records (key, device_id, minus_timestamp_ms, timestamp_text, received_at_ms, stored_at_ms, payload,
    source_partition, source_offset)
  SELECT 'dev-' || (n % 1000) || '/fill-' || n, 'dev-' || (n % 1000), -(1577836800 + n) * 1000,
    strftime('%Y-%m-%dT%H:%M:%SZ', 1577836800 + n, 'unixepoch'), (1577836800 + n) * 1000, (1577836800 + n) * 1000,
    '{"gene_count":' || (n % 100) || ',"sample_quality":0.98}', n % 12, n
  FROM numbers`;

async function measure(dataDir: string, size: number): Promise<MeasuredRow[]> {
  const server = await Server.start('dist/apps/standalone/main.js', { env: { DATA_DIR: dataDir } });
  const first = await pageMillis(`${server.url}/records?limit=100`);
  const ofDevice = await pageMillis(`${server.url}/records?device_id=dev-7&limit=100`);
  const rate = await recordsPerSecond({ server }, { ...BATCHES, seconds: SECONDS });
  await server.stop();
  const what = `growth: ${(size / 1e6).toLocaleString('en')} M records stored before`;
  return [
    { what, variant: 'ingest, POST of 500', value: rate, figure: `${Math.round(rate).toLocaleString('en')} records/s` },
    { what, variant: 'newest page of 100', value: first, figure: `${first.toFixed(1)} ms` },
    { what, variant: 'page of 100 of a device', value: ofDevice, figure: `${ofDevice.toFixed(1)} ms` },
  ];
}

async function pageMillis(url: string): Promise<number> {
  const times: number[] = [];
  for (let read = 0; read < PAGE_READS; read++) {
    const began = performance.now();
    await (await fetch(url)).text();
    times.push(performance.now() - began);
  }
  return median(times);
}
