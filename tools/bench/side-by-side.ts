import { medians } from '../load/figures.js';
import { HttpLoad, type Load, type Outcome } from '../load/http-load.js';
import { notAccepted } from '../load/run-load.js';
import type { Server } from '../load/server.js';
import { rowsOf, type Measured, type Row } from './result.js';

const STARTS = 4;
const SECONDS_OF_EACH = 2;
const BATCH = 500;
/** The two loads of a gateway, and what the table calls them. */
export const SINGLE = { recordsPerRequest: 1, connections: 64 };
export const BATCHES = { recordsPerRequest: BATCH, connections: 8 };
export const SINGLE_TITLE = 'single POST, 64 connections';
export const BATCHES_TITLE = `POST of ${BATCH} records`;

/** A server in a comparison. */
export interface Variant {
  name: string;
  server: Server;
  /** Left out: that of the server. */
  url?: string;
  headers?: Record<string, string>;
}

/** A closed loop: the next request of a connection follows the answer to its last one. */
export type ClosedLoop = Pick<Load, 'recordsPerRequest' | 'connections' | 'seconds'>;

/** Accepted records per second. */
export async function recordsPerSecond(variant: Omit<Variant, 'name'>, loop: ClosedLoop): Promise<number> {
  const { acceptedPerSecond } = await send(variant, loop);
  return loop.recordsPerRequest * acceptedPerSecond;
}

/** How many records of the load the server has accepted. */
export async function acceptedRecords(variant: Omit<Variant, 'name'>, loop: ClosedLoop): Promise<number> {
  const { statuses } = await send(variant, loop);
  return loop.recordsPerRequest * statuses['202']!;
}

/**
 * Accepted records per second of the server's CPU time, which other work on the machine does not change.
 *
 * @param settle resolves when all work that the load has caused is done
 */
export async function recordsPerCpuSecond(
  variant: Variant,
  loop: ClosedLoop,
  settle: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  const { program } = variant.server;
  const before = program.cpuSeconds;
  const records = await acceptedRecords(variant, loop);
  await settle();
  return records / (program.cpuSeconds - before);
}

/** A server that has just started, or whose broker pauses beside the load, refuses some: they are not counted as accepted. */
const MAX_REFUSED = 0.02;

/** @throws Error if more requests were not answered 202 */
async function send(
  { server, url = server.url, headers = {} }: Omit<Variant, 'name'>,
  loop: ClosedLoop,
): Promise<Outcome> {
  const outcome = await new HttpLoad({ url, headers, perSecond: 0, ...loop }).run();
  if (notAccepted(outcome) > MAX_REFUSED * (outcome.statuses['202'] ?? 0))
    throw new Error(`${url} did not accept all: ${JSON.stringify(outcome)}`);
  return outcome;
}

/**
 * Measures all variants in turn, several times, so that noise of the machine affects each. The first round is a warm-up.
 *
 * @returns the median of each variant, by its name
 */
export async function sideBySide<V extends { name: string }>(
  variants: readonly V[],
  measure: (variant: V) => Promise<number>,
  rounds = 3,
): Promise<Measured> {
  const measured: Measured[] = [];
  for (let round = 0; round <= rounds; round++) {
    const figures: Measured = {};
    for (const variant of variants) figures[variant.name] = await measure(variant);
    if (round > 0) measured.push(figures);
  }
  return medians(measured);
}

/** Records per second of CPU time under both loads, by the title of the load. */
export async function underBothLoads(variants: readonly Variant[]): Promise<Record<string, Measured>> {
  const measure = (load: Omit<ClosedLoop, 'seconds'>) =>
    sideBySide(variants, (one) => recordsPerCpuSecond(one, { ...load, seconds: SECONDS_OF_EACH }));
  return { [SINGLE_TITLE]: await measure(SINGLE), [BATCHES_TITLE]: await measure(BATCHES) };
}

/**
 * Measures new processes each time: how well the engine compiles a process differs from start to start.
 *
 * @param startAll starts the variants
 * @param measure measures them under each load, by the title of the load
 * @returns rows with the median of each variant, for each load
 */
export async function inNewProcesses(
  startAll: () => Promise<Variant[]>,
  measure: (variants: readonly Variant[]) => Promise<Record<string, Measured>>,
  table: { base: string; unit: string },
): Promise<Row[]> {
  const measured: Record<string, Measured>[] = [];
  for (let start = 0; start < STARTS; start++) {
    const variants = await startAll();
    try {
      measured.push(await measure(variants));
    } finally {
      for (const { server } of variants) await server.stop();
    }
  }
  return Object.keys(measured[0]!).flatMap((what) =>
    rowsOf(medians(measured.map((one) => one[what]!)), { what, ...table }),
  );
}
