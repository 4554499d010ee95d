import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeEvent } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import { ROOT, until } from '@sluice/test-kit';
import { ArchiveLoop } from './archive-loop.js';
import { FileObjectStore } from './file-object-store.js';
import { ARCHIVE_FORMATS, type ArchiveFormat } from './object-key.js';
import { Gate, MODEL_TOPIC, ModelGroup, pythonFolder } from './testing/index.js';

const GUIDE = join(ROOT, 'docs/guides/archive.md');
const PRINT_ROWS = 'import duckdb, json, sys; print(json.dumps(duckdb.sql(sys.argv[1]).fetchall(), default=str))';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'archive-guide-'));
  for (const format of ARCHIVE_FORMATS) await archiveTo(join(directory, format), format);
});
afterAll(() => rm(directory, { recursive: true }));

/** Six records of two devices, one of them sent twice. */
function recordOf(offset: number): LogRecord {
  const number = offset === 5 ? 0 : offset;
  const value = encodeEvent({
    device_id: `press-${number % 2}`,
    record_id: `r-${number}`,
    timestamp: '2026-01-31T08:00:00+01:00',
    received_at: `2026-01-31T07:00:00.00${offset}Z`,
    data_payload: { value: number / 2 },
  });
  return { topic: MODEL_TOPIC, partition: 0, offset, key: null, value, headers: {}, timestampMs: 0 };
}

async function archiveTo(folder: string, format: ArchiveFormat): Promise<void> {
  const group = new ModelGroup([Array.from({ length: 6 }, (_, offset) => recordOf(offset))]);
  const loop = new ArchiveLoop({
    subscribe: () => group.join(2, new Gate()),
    topic: MODEL_TOPIC,
    store: new FileObjectStore(`file:${folder}`),
    format,
    limits: { maxBytes: 1_000_000, maxRecords: 2, maxAgeMs: 60_000 },
    spoolDirectory: join(directory, 'spool'),
    uploadTimeoutMs: 10_000,
    backoff: { minMs: 1, maxMs: 1 },
    drainTimeoutMs: 10_000,
    onFatal: (error) => expect(error).toBeUndefined(),
  });
  loop.start();
  await until(() => group.isDone);
  await loop.stop();
}

function rowsOf(sql: string): unknown[] {
  const rows = execFileSync(join(pythonFolder(), 'python'), ['-c', PRINT_ROWS, sql], { encoding: 'utf8' });
  return JSON.parse(rows) as unknown[];
}

describe('The queries of the guide, run by DuckDB', () => {
  it('The queries of the guide count by device, and return each record once', async () => {
    const guide = await readFile(GUIDE, 'utf8');
    const queries = [...guide.matchAll(/```sql\n-- duckdb\n([^`]*)```/g)].map(([, sql]) =>
      sql!.replaceAll('s3://my-bucket/sluice', join(directory, 'parquet')),
    );
    const [byDevice, once] = queries.map(rowsOf);
    expect(byDevice).toEqual([
      ['press-0', 4, '2026-01-31T07:00:00.005Z'],
      ['press-1', 2, '2026-01-31T07:00:00.003Z'],
    ]);
    expect(once!.map((row) => (row as unknown[])[1])).toEqual(['r-0', 'r-2', 'r-4', 'r-1', 'r-3']);
    expect(once!.map((row) => (row as unknown[])[3])).toEqual([0, 1, 2, 0.5, 1.5]);
  });

  it('The queries of the guide find the same rows in NDJSON', () => {
    const [rows] = rowsOf(
      `SELECT count(*), sum(data_payload.value) FROM read_ndjson('${directory}/ndjson.gz/*/*/*/*.ndjson.gz', hive_partitioning = true)`,
    );
    expect(rows).toEqual([6, 5]);
  });

  it('The queries of the guide read Parquet with zstd and a dictionary', () => {
    const files = `${directory}/parquet/*/*/*/*.parquet`;
    const rows = rowsOf(
      `SELECT DISTINCT path_in_schema, compression, encodings FROM parquet_metadata('${files}') WHERE path_in_schema IN ('device_id', 'timestamp') ORDER BY 1`,
    );
    expect(rows.map((row) => (row as unknown[])[1])).toEqual(rows.map(() => 'ZSTD'));
    expect(JSON.stringify(rows)).toContain('RLE_DICTIONARY');
  });
});
