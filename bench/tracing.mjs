// What traces cost: the whole pipeline with tracing off, and with 1 % of the requests traced, in one run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manyRecords, oneRecord, requestsPerSecond, rowsOf, sideBySide } from './support/load.mjs';
import { freePort, LOADING_CORE, ROOT, startNode, stop, whenReady } from './support/process.mjs';

const BATCH = 500;
const BATCH_CONNECTIONS = 8;
const ROUNDS = 7;
/** What is measured is the work; on a busy machine, the gateway would turn some of it away. */
const NO_SHEDDING = { MAX_EVENT_LOOP_DELAY_MS: '0', MAX_PUBLISH_DELAY_MS: '0' };

export async function benchTracing() {
  const collectorPort = await freePort();
  const collector = startNode([join(ROOT, 'bench/servers/collector.mjs')], {
    core: LOADING_CORE,
    env: { PORT: String(collectorPort) },
  });
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort}`, OTEL_TRACES_SAMPLER_ARG: '0.01' };
  const pipelines = [await pipeline('off', {}), await pipeline('1 % of requests', traced)];
  try {
    return [
      ...(await compare('single POST, traces', pipelines, single)),
      ...(await compare(`POST of ${BATCH} records, traces`, pipelines, batch)),
    ];
  } finally {
    for (const { child, dataDir } of pipelines) {
      await stop(child);
      rmSync(dataDir, { recursive: true, force: true });
    }
    await stop(collector);
  }
}

async function pipeline(name, env) {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const port = await freePort();
  const child = startNode([join(ROOT, 'dist/apps/standalone/src/main.js')], {
    env: { ...NO_SHEDDING, ...env, PORT: String(port), DATA_DIR: dataDir },
  });
  await whenReady(`http://127.0.0.1:${port}/health/ready`, child);
  return { name, child, dataDir, url: `http://127.0.0.1:${port}/ingest` };
}

const single = (url) => requestsPerSecond(url, { body: oneRecord() });
const batchBody = manyRecords(BATCH);
const batch = async (url) =>
  BATCH * (await requestsPerSecond(url, { body: batchBody, connections: BATCH_CONNECTIONS }));

async function compare(what, pipelines, measure) {
  const measurements = Object.fromEntries(pipelines.map(({ name, url }) => [name, () => measure(url)]));
  const measured = await sideBySide(measurements, { rounds: ROUNDS });
  return rowsOf(measured, { what, base: 'off' });
}
