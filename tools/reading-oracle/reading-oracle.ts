import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecordStore } from '@sluice/engines';
import { Standalone } from '@sluice/test-kit';
import { Random } from '../load/ledger/random.js';
import { CHECKS } from './checks.js';
import { Comparison } from './compare.js';
import { Oracle } from './oracle.js';
import { ReadingClient } from './reading-client.js';
import { Sample } from './sample.js';

export interface OracleOptions {
  /** Records of the sample. */
  records: number;
  /** Questions of each kind. */
  questions: number;
  seed: number;
  /** `mongodb://...` of a database that the run may fill and leaves filled. Left out: files, removed afterwards. */
  storeUrl?: string;
  report?: (line: string) => void;
}

const BATCH = 5_000;
const TIMEOUT_MS = 60_000;

/** Stores a sample, asks a standalone process for all kinds of reads, and compares its answers with those of a plain oracle. */
export async function compareWithOracle(options: OracleOptions): Promise<Comparison> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-oracle-'));
  const url = options.storeUrl ?? `file:${directory}`;
  try {
    const sample = new Sample(options.records, options.seed);
    const storedAtMs = Date.now();
    await store(sample, url, storedAtMs, options.report);
    const standalone = await Standalone.start({ LOG_LEVEL: 'error', STORE_TIMEOUT_MS: '25000', RECORD_STORE_URL: url });
    try {
      return await compare(standalone.baseUrl, sample, storedAtMs, options);
    } finally {
      await standalone.dispose();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Past the gateway, so that the times of receipt are those of the sample. */
async function store(sample: Sample, url: string, storedAtMs: number, report?: (line: string) => void): Promise<void> {
  const recordStore = await openRecordStore({ url, clientId: 'reading-oracle', timeoutMs: TIMEOUT_MS });
  try {
    await recordStore.prepare();
    const beganMs = performance.now();
    for (let first = 0; first < sample.size; first += BATCH) {
      const count = Math.min(BATCH, sample.size - first);
      const records = Array.from({ length: count }, (_, at) => ({
        event: sample.record(first + at).event,
        source: { partition: 0, offset: first + at },
      }));
      const outcomes = await recordStore.writer.write(records, storedAtMs);
      const other = outcomes.find(({ status }) => status !== 'stored');
      if (other !== undefined)
        throw new Error(`Give an empty database; a record was not stored: ${JSON.stringify(other)}`);
    }
    report?.(`${sample.size} records stored in ${seconds(beganMs)} s`);
  } finally {
    await recordStore.close();
  }
}

async function compare(
  url: string,
  sample: Sample,
  storedAtMs: number,
  { seed, questions, report }: OracleOptions,
): Promise<Comparison> {
  const asked = {
    client: new ReadingClient(url),
    oracle: new Oracle(sample),
    storedAt: new Date(storedAtMs).toISOString(),
    random: new Random(seed),
    questions,
  };
  const comparison = new Comparison();
  for (const { name, run } of CHECKS) {
    const before = { ...comparison };
    const beganMs = performance.now();
    await run(asked, comparison);
    const [compared, differed] = [comparison.compared - before.compared, comparison.differed - before.differed];
    report?.(`${name}: ${compared} compared, ${differed} differ, ${seconds(beganMs)} s`);
  }
  return comparison;
}

function seconds(beganMs: number): string {
  return ((performance.now() - beganMs) / 1000).toFixed(1);
}
