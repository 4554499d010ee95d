// What it costs to ask who sends: the gateway over a log that confirms at once, with open access, with tokens, with limits.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compare, inNewProcesses, manyRecords, oneRecord, recordsPerCpuSecond } from './support/load.mjs';
import { freePort, ROOT, startNode, stop } from './support/process.mjs';

const BATCH = 500;
const BATCH_CONNECTIONS = 8;
const SECONDS = 2;
const READY_TRIES = 300;
/** Far above what is sent, so that they count and refuse nothing. */
const NO_OBSTACLE = '1000000000';
const LIMITS = Object.fromEntries(
  ['TOKEN', 'DEVICE', 'ADDRESS'].flatMap((whose) =>
    ['RECORDS', 'BYTES'].map((unit) => [`${whose}_${unit}_PER_SECOND`, NO_OBSTACLE]),
  ),
);

export async function benchAccess() {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const tokens = { AUTH: 'tokens', DATA_DIR: dataDir };
  const headers = { authorization: `Bearer ${createToken(tokens)}` };
  try {
    return await inNewProcesses(() => measureNew(tokens, headers), { base: 'open', unit: 'records/CPU s' });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measureNew(tokens, headers) {
  const servers = [
    await server('open', {}, {}),
    await server('open, limits', LIMITS, {}),
    await server('tokens', tokens, headers),
    await server('tokens, limits', { ...tokens, ...LIMITS }, headers),
  ];
  try {
    return {
      'single POST, 64 connections': await compare(servers, single),
      [`POST of ${BATCH} records`]: await compare(servers, batch),
    };
  } finally {
    for (const { child } of servers) await stop(child);
  }
}

function createToken(env) {
  const args = ['dist/apps/operator/main.js', 'tokens', 'create', '--pattern', 'dev-*'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`no token was made: ${stderr}`);
  return stdout.trim();
}

async function server(name, env, headers) {
  const port = await freePort();
  const child = startNode(['tools/bench/servers/gateway-without-log.mjs'], { env: { ...env, PORT: String(port) } });
  const one = { name, child, headers, url: `http://127.0.0.1:${port}/ingest` };
  await untilItTakesRecords(one);
  return one;
}

async function untilItTakesRecords({ child, headers, url }) {
  const sent = { 'content-type': 'application/json', ...headers };
  for (let attempt = 0; attempt < READY_TRIES; attempt++) {
    if (child.exitCode !== null) throw new Error(`it ended: ${child.log}`);
    const answer = await fetch(url, { method: 'POST', headers: sent, body: oneRecord() }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 202) return;
    await delay(100);
  }
  throw new Error(`${url} never took a record: ${child.log}`);
}

const single = (one) => measure(one, { recordsPerRequest: 1, body: oneRecord() });
const batchBody = manyRecords(BATCH);
const batch = (one) => measure(one, { recordsPerRequest: BATCH, body: batchBody, connections: BATCH_CONNECTIONS });

function measure(one, load) {
  return recordsPerCpuSecond(one, { ...load, headers: one.headers, seconds: SECONDS });
}
