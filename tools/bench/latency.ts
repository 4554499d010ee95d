// How long answers take at a part of the capacity, and how long it takes until an accepted record is shown as stored.
import { setTimeout as delay } from 'node:timers/promises';
import { HttpClient } from '@sluice/test-kit';
import { percentile } from '../load/figures.js';
import { HttpLoad, type Load } from '../load/http-load.js';
import { notAccepted, startLoad } from '../load/run-load.js';
import { MEASURED_CORE } from '../load/program.js';
import { Server } from '../load/server.js';
import type { Engines } from './engines.js';
import type { Row } from './result.js';
import { SINGLE, SINGLE_TITLE } from './side-by-side.js';

const SHARES = [0.25, 0.5, 0.75, 0.9];
const SECONDS = 10;
const CAPACITY_SECONDS = 5;
const LOADS = { [SINGLE_TITLE]: SINGLE, 'POST of 100 records': { recordsPerRequest: 100, connections: 16 } };
/** Records that are followed until they are shown. */
const FOLLOWED = 200;
const LOOKS_EVERY_MS = 5;
/** Delays are measured; nothing is to be refused for them. */
const NO_SHEDDING = { MAX_EVENT_LOOP_DELAY_MS: '0', MAX_PUBLISH_DELAY_MS: '0' };

/** One way to run Sluice. */
interface Setup {
  name: string;
  server: Server;
  /** Resolves when all that was accepted is stored, where the capacity includes that. */
  settle: () => Promise<void>;
}

export async function benchLatency(engines: Engines | undefined): Promise<Row[]> {
  const rows: Row[] = [];
  for (const start of engines === undefined ? [startEmbedded] : [startEmbedded, () => startOnKafka(engines)]) {
    const setup = await start();
    try {
      for (const [title, shape] of Object.entries(LOADS)) rows.push(...(await answersOf(setup, title, shape)));
      if (setup.name === EMBEDDED) rows.push(await visibilityOf(setup));
    } finally {
      await setup.server.stop();
    }
  }
  return rows;
}

const EMBEDDED = 'embedded';

async function startEmbedded(): Promise<Setup> {
  const server = await Server.start('dist/apps/standalone/main.js', { env: NO_SHEDDING });
  return { name: EMBEDDED, server, settle: () => server.untilDrained() };
}

/** Without a worker: the store that there is without MongoDB is far slower than the gateway, and would be what is measured. */
async function startOnKafka(engines: Engines): Promise<Setup> {
  const env = { ...engines.env, ...NO_SHEDDING };
  const server = await Server.start('dist/apps/gateway/main.js', { env, core: MEASURED_CORE });
  return { name: 'Kafka', server, settle: () => Promise.resolve() };
}

type Shape = Pick<Load, 'recordsPerRequest' | 'connections'>;

/** Times run from the planned arrival of a request, so that one that waits for a slow one before it counts with its waiting. */
async function answersOf(setup: Setup, title: string, shape: Shape): Promise<Row[]> {
  const capacity = await requestsPerSecond(setup, shape);
  const rows: Row[] = [];
  let least: number | undefined;
  for (const share of SHARES) {
    const load = { ...shape, url: setup.server.url, perSecond: capacity * share, seconds: SECONDS };
    const outcome = await new HttpLoad(load).run();
    if (notAccepted(outcome) > outcome.unsent)
      throw new Error(`${setup.name} did not accept all: ${JSON.stringify(outcome)}`);
    await setup.settle();
    const { p50, p99 } = outcome.acceptedMs;
    least ??= p99;
    const times = `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
    rows.push({
      what: `${title}, ${setup.name}`,
      variant: `${share * 100} % of the capacity`,
      figure: outcome.unsent === 0 ? times : `${times}; ${outcome.unsent} requests still wait at the end`,
      ratio: p99 / least,
    });
  }
  return rows;
}

/** The capacity: what is accepted in a second, and stored where there is a store, after a warm-up. */
async function requestsPerSecond(setup: Setup, shape: Shape): Promise<number> {
  const load = { ...shape, url: setup.server.url, perSecond: 0, seconds: CAPACITY_SECONDS };
  await new HttpLoad(load).run();
  await setup.settle();
  const startedAtMs = performance.now();
  const { statuses } = await new HttpLoad(load).run();
  await setup.settle();
  return (1000 * (statuses['202'] ?? 0)) / (performance.now() - startedAtMs);
}

/** From the answer 202 to the first answer that shows the record as stored, at half load. */
async function visibilityOf(setup: Setup): Promise<Row> {
  const shape = LOADS['POST of 100 records']!;
  const perSecond = (await requestsPerSecond(setup, shape)) / 2;
  const load = startLoad({ ...shape, url: setup.server.url, perSecond, seconds: 600 });
  const tookMs: number[] = [];
  try {
    for (let index = 0; index < FOLLOWED; index++) tookMs.push(await untilVisible(setup, `followed-${index}`));
  } finally {
    await load.stop();
  }
  const [p50, p99] = [percentile(tookMs, 0.5), percentile(tookMs, 0.99)];
  const figure = `p50 ${Math.round(p50)} ms, p99 ${Math.round(p99)} ms`;
  return { what: 'from 202 to stored, at half load', variant: setup.name, figure, ratio: p99 / p50 };
}

async function untilVisible({ server: { url } }: Setup, device: string): Promise<number> {
  const record = { device_id: device, record_id: 'r', timestamp: '2025-09-09T17:00:00Z', data_payload: {} };
  const { status } = await new HttpClient(url).post('/ingest', record);
  if (status !== 202) throw new Error(`${url} answered ${status}`);
  const startedAtMs = performance.now();
  const reader = new HttpClient(url);
  for (;;) {
    const { body } = await reader.get(`/records?device_id=${device}`);
    if (Array.isArray(body.records) && body.records.length > 0) return performance.now() - startedAtMs;
    await delay(LOOKS_EVERY_MS);
  }
}
