import { parseArgs } from 'node:util';
import { seedOfRun } from '../load/ledger/random.js';
import { docker } from '../load/docker.js';
import { diskFull, proveEmbedded, standaloneKilled, tornPage } from './embedded.js';
import { isProven, type Fault, type FaultResult } from './fault.js';
import { CLUSTER_FAULTS, STACK_FAULTS } from './faults/index.js';
import { randomMix, soak } from './faults/random-faults.js';
import type { Layout } from './proof-stack.js';
import { prove } from './prove.js';
import { lineOf, publish } from './report.js';
import { Stacks } from './stacks.js';

const PROJECT = process.env['COMPOSE_PROJECT_NAME'] ?? 'sluice-proof';

/** Exit code of a run that a person has ended. */
const INTERRUPTED = 130;

const { values } = parseArgs({
  options: {
    fault: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string' },
    profile: { type: 'string' },
    mix: { type: 'string' },
    soak: { type: 'string' },
  },
});

/** A fault in the profile that it belongs to. */
interface Run {
  name: string;
  profile: 'standalone' | Layout;
  prove(stacks: Stacks): Promise<FaultResult>;
}

const seed = values.seed === undefined ? seedOfRun() : Number(values.seed);
const longFaults = [
  ...(values.mix === undefined ? [] : [randomMix(Number(values.mix))]),
  ...(values.soak === undefined ? [] : [soak(Number(values.soak))]),
];

const RUNS: readonly Run[] = [
  { name: standaloneKilled.name, profile: 'standalone', prove: () => proveEmbedded(standaloneKilled, seed) },
  { name: tornPage.name, profile: 'standalone', prove: () => proveEmbedded(tornPage, seed) },
  { name: diskFull.name, profile: 'standalone', prove: () => proveEmbedded(diskFull, seed) },
  ...STACK_FAULTS.map((fault) => on('compose', fault)),
  ...CLUSTER_FAULTS.map((fault) => on('cluster', fault)),
];

function on(layout: Layout, fault: Fault): Run {
  return { name: fault.name, profile: layout, prove: async (stacks) => prove(fault, await stacks.of(layout), seed) };
}

function chosen(): readonly Run[] {
  const { fault: names, profile } = values;
  const unknown = names.filter((name) => !RUNS.some((run) => run.name === name));
  if (unknown.length > 0)
    throw new Error(`There is no fault ${unknown.join(', ')}; there are: ${RUNS.map(({ name }) => name).join(', ')}`);
  const isAll = names.length === 0 && longFaults.length === 0;
  const short = RUNS.filter((run) => (isAll || names.includes(run.name)) && (profile ?? run.profile) === run.profile);
  return [...short, ...longFaults.map((fault) => on('compose', fault))];
}

/** @returns whether the promise held and the fault was felt */
async function report(run: Run, stacks: Stacks): Promise<boolean> {
  try {
    const result = await run.prove(stacks);
    console.log(lineOf(result));
    await publish([result]);
    return isProven(result);
  } catch (error) {
    console.error(`BROKEN ${run.name} (seed ${seed}): it did not come to its end.`, error);
    return false;
  }
}

async function main(): Promise<void> {
  const runs = chosen();
  const image = process.env['SLUICE_IMAGE'] ?? 'sluice-proof';
  if (process.env['SLUICE_IMAGE'] === undefined) await docker(['build', '--quiet', '--tag', image, '.']);
  process.env['SLUICE_IMAGE'] = image;
  const stacks = new Stacks(PROJECT, image);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stacks.dispose().finally(() => process.exit(INTERRUPTED)));
  }
  const verdicts: boolean[] = [];
  try {
    for (const run of runs) verdicts.push(await report(run, stacks));
  } finally {
    await stacks.dispose();
  }
  console.log(`${verdicts.filter(Boolean).length} of ${runs.length} held (seed ${seed})`);
  if (!verdicts.every(Boolean)) process.exitCode = 1;
}

await main();
