// How long answers take at a part of the capacity, and how long it takes until an accepted record is shown as stored.
import { setTimeout as delay } from 'node:timers/promises';
import { HttpClient } from '@sluice/test-kit';
import { percentile } from '../load/figures.js';
import { HttpLoad, type Load } from '../load/http-load.js';
import { notAccepted, startLoad } from '../load/run-load.js';
import { LOAD_CORE, MEASURED_CORE } from '../load/program.js';
import { Server } from '../load/server.js';
import type { Engines } from './engines.js';
import type { Row } from './result.js';
import { SINGLE, SINGLE_TITLE } from './side-by-side.js';

const SHARES = [0.25, 0.5, 0.75, 0.9];
const SECONDS = 10;
const LOADS = { [SINGLE_TITLE]: SINGLE, 'POST of 100 records': { recordsPerRequest: 100, connections: 16 } };
/** Records that are followed until they are shown. */
const FOLLOWED = 200;
const LOOKS_EVERY_MS = 5;
/** Delays are measured; nothing is to be refused for them. */
const NO_SHEDDING = { MAX_EVENT_LOOP_DELAY_MS: '0', MAX_PUBLISH_DELAY_MS: '0' };

/** The processes of one way to run Sluice. */
interface Setup {
  name: string;
  /** Where records are sent to and read from; the same process where there is only one. */
  servers: readonly Server[];
  ingestUrl: string;
  readUrl: string;
  /** Length of the load that finds the capacity. */
  capacitySeconds: number;
  /** Resolves when all that was accepted is stored, where the capacity includes that. */
  settle: () => Promise<void>;
}

export async function benchLatency(engines: Engines | undefined): Promise<Row[]> {
  const embedded = await startEmbedded();
  const rows = await rowsOf(embedded, embedded);
  if (engines === undefined) return rows;
  const onKafka = await startOnKafka(engines);
  // The store is far slower than the gateway: the answers are measured without it.
  return [...rows, ...(await rowsOf(onKafka, { ...onKafka, capacitySeconds: 5, settle: () => Promise.resolve() }))];
}

/** @param answering the same processes as they are measured for the answers */
async function rowsOf(setup: Setup, answering: Setup): Promise<Row[]> {
  const rows: Row[] = [];
  try {
    const visibility = await visibilityOf(setup);
    for (const [title, shape] of Object.entries(LOADS)) rows.push(...(await answersOf(answering, title, shape)));
    return [...rows, visibility];
  } finally {
    for (const server of setup.servers) await server.stop();
  }
}

async function startEmbedded(): Promise<Setup> {
  const server = await Server.start('dist/apps/standalone/main.js', { env: NO_SHEDDING });
  const { url } = server;
  const settle = () => server.untilDrained();
  return { name: 'embedded', servers: [server], ingestUrl: url, readUrl: url, capacitySeconds: 5, settle };
}

/** The gateway has the measured core; the others share the one of the load, the broker and the store. */
async function startOnKafka(engines: Engines): Promise<Setup> {
  const env = { ...engines.env, ...NO_SHEDDING };
  const core = LOAD_CORE;
  const gateway = await Server.start('dist/apps/gateway/main.js', { env, core: MEASURED_CORE });
  const worker = await Server.start('dist/apps/buffer-worker/main.js', { env, core });
  const query = await Server.start('dist/apps/query/main.js', { env, core });
  const urls = { ingestUrl: gateway.url, readUrl: query.url };
  const settle = () => query.untilDrained();
  return { name: 'Kafka', servers: [gateway, worker, query], ...urls, capacitySeconds: 1, settle };
}

type Shape = Pick<Load, 'recordsPerRequest' | 'connections'>;

/** Times run from the planned arrival of a request, so that one that waits for a slow one before it counts with its waiting. */
async function answersOf(setup: Setup, title: string, shape: Shape): Promise<Row[]> {
  const capacity = await requestsPerSecond(setup, shape);
  const rows: Row[] = [];
  let least: number | undefined;
  for (const share of SHARES) {
    const load = { ...shape, url: setup.ingestUrl, perSecond: capacity * share, seconds: SECONDS };
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
      figure: outcome.unsent === 0 ? times : `${times}; cannot keep up: ${outcome.unsent} requests wait at the end`,
      ratio: p99 / least,
    });
  }
  return rows;
}

/** The capacity of the pipeline: what it takes and stores, after a warm-up. */
async function requestsPerSecond(setup: Setup, shape: Shape): Promise<number> {
  const load = { ...shape, url: setup.ingestUrl, perSecond: 0, seconds: setup.capacitySeconds };
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
  const load = startLoad({ ...shape, url: setup.ingestUrl, perSecond, seconds: 600 });
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

async function untilVisible({ ingestUrl, readUrl }: Setup, device: string): Promise<number> {
  const record = { device_id: device, record_id: 'r', timestamp: '2025-09-09T17:00:00Z', data_payload: {} };
  const { status } = await new HttpClient(ingestUrl).post('/ingest', record);
  if (status !== 202) throw new Error(`${ingestUrl} answered ${status}`);
  const startedAtMs = performance.now();
  const reader = new HttpClient(readUrl);
  for (;;) {
    const { body } = await reader.get(`/records?device_id=${device}`);
    if (Array.isArray(body.records) && body.records.length > 0) return performance.now() - startedAtMs;
    await delay(LOOKS_EVERY_MS);
  }
}
