// What traces cost: the whole pipeline with tracing off, and with 1 % of the requests traced, in one run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compare, inNewProcesses, manyRecords, oneRecord, recordsPerCpuSecond } from './support/load.mjs';
import { freePort, LOADING_CORE, ROOT, startNode, stop, whenReady } from './support/process.mjs';

const BATCH = 500;
const BATCH_CONNECTIONS = 8;
const SECONDS = 3;
const [STORED_LOOKS, LOOK_EVERY_MS] = [600, 100];
/** What is measured is the work; on a busy machine, the gateway would turn some of it away. */
const NO_SHEDDING = { MAX_EVENT_LOOP_DELAY_MS: '0', MAX_PUBLISH_DELAY_MS: '0' };

export async function benchTracing() {
  const collectorPort = await freePort();
  const collector = startNode([join(ROOT, 'tools/bench/servers/collector.mjs')], {
    core: LOADING_CORE,
    env: { PORT: String(collectorPort) },
  });
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort}`, OTEL_TRACES_SAMPLER_ARG: '0.01' };
  try {
    return await inNewProcesses(() => measureNew(traced), { base: 'off', unit: 'records/CPU s' });
  } finally {
    await stop(collector);
  }
}

async function measureNew(traced) {
  const pipelines = [await pipeline('off', {}), await pipeline('1 % of requests', traced)];
  try {
    return {
      'single POST, traces': await compare(pipelines, single),
      [`POST of ${BATCH} records, traces`]: await compare(pipelines, batch),
    };
  } finally {
    for (const { child, dataDir } of pipelines) {
      await stop(child);
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
}

async function pipeline(name, env) {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const port = await freePort();
  const child = startNode([join(ROOT, 'dist/apps/standalone/main.js')], {
    env: { ...NO_SHEDDING, ...env, PORT: String(port), DATA_DIR: dataDir },
  });
  const origin = `http://127.0.0.1:${port}`;
  await whenReady(`${origin}/health/ready`, child);
  return { name, child, dataDir, origin, url: `${origin}/ingest` };
}

const single = (one) => measure(one, { recordsPerRequest: 1, body: oneRecord() });
const batchBody = manyRecords(BATCH);
const batch = (one) => measure(one, { recordsPerRequest: BATCH, body: batchBody, connections: BATCH_CONNECTIONS });

/** Until everything is stored: what one leaves behind must not meet the other. */
function measure(one, load) {
  return recordsPerCpuSecond(one, { ...load, seconds: SECONDS }, () => untilStored(one.origin));
}

async function untilStored(origin) {
  for (let look = 0; look < STORED_LOOKS; look++) {
    const answer = await fetch(`${origin}/check-buffer?limit=1`);
    if ((await answer.json()).waiting === 0) return;
    await delay(LOOK_EVERY_MS);
  }
  throw new Error(`${origin} still has records in its buffer`);
}
