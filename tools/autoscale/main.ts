// `npm run autoscale`: lag under a step of load with several numbers of workers, and with a number that follows the lag as KEDA's does.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@sluice/test-kit';
import { disposing } from '../load/compose-project.js';
import { optionsOf } from '../load/options.js';
import { chartOf, type LagRun } from './chart.js';
import { RECORDS_PER_SECOND, runStep, type StepOptions } from './load-step.js';
import { ScaledStack } from './scaled-stack.js';

const CHART = join(ROOT, 'docs/operations/autoscaling.svg');
const SMALL = 0.1;
const RULE = { lagThreshold: 5_000, minWorkers: 1, maxWorkers: 4 };
const STEPS: StepOptions[] = [
  { name: '1 worker', cpus: SMALL, workers: 1 },
  { name: '2 workers', cpus: SMALL, workers: 2 },
  { name: '4 workers', cpus: SMALL, workers: 4 },
  { name: 'by lag, 1 to 4', cpus: SMALL, workers: RULE },
  { name: 'store limit, 1 worker', cpus: 1, workers: 1 },
  { name: 'store limit, 4 workers', cpus: 1, workers: 4 },
];

const USAGE = `npm run autoscale -- [options]: lag under a step of load, a few minutes; docs/operations/autoscaling.md explains it.

  --write   also the chart docs/operations/autoscaling.svg`;
const { values } = optionsOf(USAGE, { options: { write: { type: 'boolean', default: false } } });

await disposing(await ScaledStack.start(), async (stack) => {
  const runs: LagRun[] = [];
  console.log(`A step of ${RECORDS_PER_SECOND} records/s for 15 s.`);
  console.log('| run | most records of lag | workers at the end | nothing buffered after |\n|---|---|---|---|');
  for (const step of STEPS) {
    const run = await runStep(stack, step);
    runs.push(run);
    console.log(rowOf(run));
  }
  if (values.write) writeFileSync(CHART, chartOf(runs));
});

function rowOf({ name, points }: LagRun): string {
  const most = Math.max(...points.map(({ lag }) => lag));
  const end = points.at(-1)!;
  const after =
    end.lag === 0 ? `${end.seconds.toFixed(0)} s` : `not within ${end.seconds.toFixed(0)} s: ${end.lag} left`;
  return `| ${name} | ${most.toLocaleString('en')} | ${end.workers} | ${after} |`;
}
