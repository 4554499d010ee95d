// Whether this tree is slower than another commit: both in turns, in new processes each time, by CPU time for each record.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '@sluice/test-kit';
import { median, percentile } from '../load/figures.js';
import { tableRow } from '../load/page.js';
import { Server } from '../load/server.js';
import { costOf, filledTopic } from './consume.js';
import type { Engines } from './engines.js';
import { BATCHES, type ClosedLoop, recordsPerCpuSecond, SINGLE } from './side-by-side.js';

/** A pair of figures differs by some percent on a busy machine; the median of so many by less than {@link SLOWER}. */
const ROUNDS = 8;
/** The first seconds compile the program, and do not count. */
const [WARM_UP_SECONDS, SECONDS] = [6, 3];
/** A median ratio above this counts as slower, one below its reciprocal as faster, if three in four pairs agree. */
const SLOWER = 1.05;
const WITHOUT_LOG = 'tools/bench/servers/gateway-without-log.ts';
const EMBEDDED = 'dist/apps/standalone/main.js';
/** The work is measured; on a busy machine, the gateway would refuse some of it. */
const NO_SHEDDING = { MAX_EVENT_LOOP_DELAY_MS: '0', MAX_PUBLISH_DELAY_MS: '0' };

/** Microseconds of CPU for each record, of the checkout at `root`. */
type Measure = (root: string) => Promise<number>;

/**
 * Prints the ratios of this tree to a commit, with their spread.
 *
 * @param ref what `git worktree` takes
 * @param engines left out: what needs them is not compared
 */
export async function compareWith(ref: string, engines: Engines | undefined): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-compare-'));
  const other = join(folder, 'tree');
  try {
    run('git', 'worktree', 'add', '--detach', other, ref);
    run(process.execPath, join(other, 'scripts/build.mjs'));
    console.log(tableRow('CPU us/record', ref, 'this tree', 'ratio', 'half of the ratios', 'verdict'));
    console.log('|---|---|---|---|---|---|');
    for (const [what, measure] of await measures(engines)) console.log(await compared(what, measure, other));
  } finally {
    run('git', 'worktree', 'remove', '--force', other);
    await rm(folder, { recursive: true, force: true });
  }
}

function run(command: string, ...args: string[]): void {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

async function measures(engines: Engines | undefined): Promise<[what: string, Measure][]> {
  const found: [string, Measure][] = [
    ['single POST, without log', (root) => ofServer(WITHOUT_LOG, root, SINGLE)],
    ['POST of 500, without log', (root) => ofServer(WITHOUT_LOG, root, BATCHES)],
    ['POST of 500, embedded, until stored', (root) => ofServer(EMBEDDED, root, BATCHES)],
  ];
  if (engines === undefined) return found;
  const topic = await filledTopic(engines);
  const consume: Measure = async (root) => (await costOf('sluice', engines, topic, 'null', root)).cpuMicros;
  return [...found, ['consume, null store', consume]];
}

async function ofServer(path: string, root: string, loop: Omit<ClosedLoop, 'seconds'>): Promise<number> {
  const isStored = path === EMBEDDED;
  const starting = isStored ? {} : { isUp: answers };
  const server = await Server.start(path, { root, env: NO_SHEDDING, ...starting });
  const settle = () => (isStored ? server.untilDrained() : Promise.resolve());
  try {
    const variant = { name: path, server };
    await recordsPerCpuSecond(variant, { ...loop, seconds: WARM_UP_SECONDS }, settle);
    return 1e6 / (await recordsPerCpuSecond(variant, { ...loop, seconds: SECONDS }, settle));
  } finally {
    await server.stop();
  }
}

async function answers(url: string): Promise<true> {
  await (await fetch(`${url}/ingest`)).body?.cancel();
  return true;
}

/** The order changes from round to round, so that what drifts meanwhile disturbs both alike. */
async function compared(what: string, measure: Measure, other: string): Promise<string> {
  const pairs: { there: number; here: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const isHereFirst = round % 2 === 1;
    const first = await measure(isHereFirst ? ROOT : other);
    const second = await measure(isHereFirst ? other : ROOT);
    pairs.push(isHereFirst ? { here: first, there: second } : { there: first, here: second });
  }
  const figure = (name: 'there' | 'here') => median(pairs.map((pair) => pair[name])).toFixed(2);
  return tableRow(what, figure('there'), figure('here'), ...verdictOn(pairs.map(({ there, here }) => here / there)));
}

/** @returns the median of the ratios, the middle half of them, and what they say */
export function verdictOn(ratios: readonly number[]): [ratio: string, spread: string, verdict: string] {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => percentile(ratios, share)) as [number, number, number];
  const spread = `${low.toFixed(2)} to ${high.toFixed(2)}`;
  if (middle > SLOWER && low > 1) return [middle.toFixed(2), spread, '**slower**'];
  if (middle < 1 / SLOWER && high < 1) return [middle.toFixed(2), spread, 'faster'];
  return [middle.toFixed(2), spread, 'the same'];
}
