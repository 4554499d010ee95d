// What access checks and rate limits cost: the gateway over a log that confirms at once, with and without tokens and limits.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ingestBody } from '../load/request.js';
import { Server } from '../load/server.js';
import { bearerOfNewToken } from '../load/token.js';
import type { Row } from './result.js';
import { inNewProcesses, underBothLoads, type Variant } from './side-by-side.js';

/** Far above what is sent: the limits count and refuse nothing. */
const NEVER_REACHED = '1000000000';
const LIMITS = Object.fromEntries(
  ['TOKEN', 'DEVICE', 'ADDRESS'].flatMap((whose) =>
    ['RECORDS', 'BYTES'].map((unit) => [`${whose}_${unit}_PER_SECOND`, NEVER_REACHED]),
  ),
);

type Headers = Record<string, string>;

export async function benchAccess(): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const tokens = { AUTH: 'tokens', DATA_DIR: dataDir };
  try {
    const headers = await bearerOfNewToken(tokens);
    return await inNewProcesses(() => startAll(tokens, headers), underBothLoads, {
      base: 'open',
      unit: 'records/CPU s',
    });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function startAll(tokens: Record<string, string>, headers: Headers): Promise<Variant[]> {
  return [
    await start('open', {}, {}),
    await start('open, limits', LIMITS, {}),
    await start('tokens', tokens, headers),
    await start('tokens, limits', { ...tokens, ...LIMITS }, headers),
  ];
}

async function start(name: string, env: Record<string, string>, headers: Headers): Promise<Variant> {
  const isUp = (url: string): Promise<true | undefined> => acceptsRecords(url, headers);
  return { name, headers, server: await Server.start('tools/bench/servers/gateway-without-log.ts', { env, isUp }) };
}

async function acceptsRecords(url: string, headers: Headers): Promise<true | undefined> {
  const sent = { 'content-type': 'application/json', ...headers };
  const response = await fetch(`${url}/ingest`, { method: 'POST', headers: sent, body: ingestBody(1) });
  await response.body?.cancel();
  return response.status === 202 || undefined;
}
