// POST /ingest against a bare node:http echo of the same body, in one run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, manyRecords, oneRecord, requestsPerSecond, rowsOf } from './support/load.mjs';
import { freePort, ROOT, startNode, stop, whenReady } from './support/process.mjs';

const BATCH = 500;
const BATCH_CONNECTIONS = 8;

export async function benchIngest(engines) {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const servers = [
    await server('bare', 'tools/bench/servers/echo.mjs', {}, '/'),
    await server('without log', 'tools/bench/servers/gateway-without-log.mjs', {}, '/nowhere'),
    await server('embedded', 'dist/apps/standalone/main.js', { DATA_DIR: dataDir }, '/health/ready'),
  ];
  if (engines) {
    const env = { EVENT_LOG_URL: engines.eventLogUrl, RECORD_STORE_URL: engines.recordStoreUrl };
    servers.push(await server('Kafka', 'dist/apps/gateway/main.js', env, '/health/ready'));
  }
  try {
    return [
      ...(await rows('single POST, 64 connections', servers, single)),
      ...(await rows(`POST of ${BATCH} records`, servers, batch)),
    ];
  } finally {
    for (const { child } of servers) await stop(child);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function server(name, script, env, readyPath) {
  const port = await freePort();
  const child = startNode([join(ROOT, script)], { env: { ...env, PORT: String(port) } });
  const baseUrl = `http://127.0.0.1:${port}`;
  if (readyPath === '/nowhere') await untilAnswered(baseUrl, child);
  else await whenReady(baseUrl + readyPath, child);
  return { name, child, url: `${baseUrl}/ingest` };
}

/** For a server that has no health of its own. */
async function untilAnswered(baseUrl, child) {
  await whenReady(`${baseUrl}/ingest`, child).catch(() => undefined);
}

const single = (url) => requestsPerSecond(url, { body: oneRecord() });
const batchBody = manyRecords(BATCH);
const batch = async (url) =>
  BATCH * (await requestsPerSecond(url, { body: batchBody, connections: BATCH_CONNECTIONS }));

async function rows(what, servers, measure) {
  return rowsOf(await compare(servers, ({ url }) => measure(url)), { what, base: 'bare' });
}
