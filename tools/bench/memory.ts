// Memory of each service at full load: its growth after the first quarter, and its peak.
import { setTimeout as delay } from 'node:timers/promises';
import { LOAD_CORE } from '../load/program.js';
import { Repeated } from '../load/repeated.js';
import { Server } from '../load/server.js';
import type { Engines } from './engines.js';
import type { Row } from './result.js';
import { recordsPerSecond } from './side-by-side.js';

const APPS = ['gateway', 'buffer-worker', 'query'] as const;
const SECONDS = 120;
const LOAD = { recordsPerRequest: 100, connections: 16 };
const READ_PATHS = ['/check-buffer?limit=100', '/records?limit=100'];

export async function benchMemory({ eventLogUrl, recordStoreUrl }: Engines, seconds = SECONDS): Promise<Row[]> {
  const env = { EVENT_LOG_URL: eventLogUrl, RECORD_STORE_URL: recordStoreUrl };
  const servers: Server[] = [];
  for (const app of APPS) servers.push(await Server.start(`dist/apps/${app}/main.js`, { core: LOAD_CORE - 1, env }));
  const [gateway, , query] = servers as [Server, Server, Server];
  const reading = new Repeated(() => readPages(query.url), 50);
  const load = recordsPerSecond({ server: gateway }, { ...LOAD, seconds });
  const samples = await sampled(servers, seconds);
  await load;
  await reading.stop();
  for (const server of servers) await server.stop();
  return APPS.map((app, index) => rowOf(app, samples[index]!, seconds));
}

/** Resident memory of each server, in MiB, once a second. */
async function sampled(servers: readonly Server[], seconds: number): Promise<number[][]> {
  const samples = servers.map((): number[] => []);
  for (let second = 0; second < seconds; second++) {
    await delay(1000);
    for (const [index, { program }] of servers.entries()) samples[index]!.push(program.residentMiB);
  }
  return samples;
}

async function readPages(baseUrl: string): Promise<void> {
  for (const path of READ_PATHS) await (await fetch(baseUrl + path)).text();
}

function rowOf(app: string, samples: readonly number[], seconds: number): Row {
  const settled = samples.slice(Math.floor(samples.length / 4));
  const [first, last] = [mean(settled.slice(0, 10)), mean(settled.slice(-10))];
  return {
    what: `memory at full load, ${seconds} s`,
    variant: app,
    figure: `peak ${Math.round(Math.max(...samples))} MiB; ${Math.round(first)} MiB after a quarter, ${Math.round(last)} MiB at the end`,
    ratio: last / first,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
