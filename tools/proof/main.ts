import { seedOfRun } from '../load/ledger/random.js';
import { optionsOf, requireKnown } from '../load/options.js';
import { disposing, sluiceImage } from '../load/compose-project.js';
import { diskFull, proveEmbedded, standaloneKilled, tornPage } from './embedded.js';
import { isProven, type Fault, type FaultResult } from './fault.js';
import { CLUSTER_FAULTS, STACK_FAULTS } from './faults/index.js';
import { randomMix, soak } from './faults/random-faults.js';
import type { Layout } from './proof-stack.js';
import { prove } from './prove.js';
import { lineOf, publish } from './report.js';
import { Stacks } from './stacks.js';

const PROJECT = process.env['COMPOSE_PROJECT_NAME'] ?? 'sluice-proof';

const USAGE = `npm run proof -- [options]: every fault, or those that are named; docs/internals/delivery-proof.md explains them.

  --fault NAME     one fault; may be repeated
  --profile NAME   only faults of standalone, compose or cluster
  --mix MINUTES    random faults
  --soak MINUTES   half load, one fault a minute
  --seed N         the same run again`;

const { values } = optionsOf(USAGE, {
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
  const known = RUNS.map(({ name }) => name);
  requireKnown('fault', names, known);
  const isAll = names.length === 0 && longFaults.length === 0;
  const short = RUNS.filter((run) => (isAll || names.includes(run.name)) && (profile ?? run.profile) === run.profile);
  return [...short, ...longFaults.map((fault) => on('compose', fault))];
}

/** @returns whether the promise held and the fault took effect */
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
  const image = await sluiceImage('sluice-proof');
  process.env['SLUICE_IMAGE'] = image;
  const verdicts: boolean[] = [];
  await disposing(new Stacks(PROJECT, image), async (stacks) => {
    for (const run of runs) verdicts.push(await report(run, stacks));
  });
  console.log(`${verdicts.filter(Boolean).length} of ${runs.length} held (seed ${seed})`);
  if (!verdicts.every(Boolean)) process.exitCode = 1;
}

await main();
