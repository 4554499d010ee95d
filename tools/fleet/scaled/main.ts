import { seedOfRun } from '../../load/ledger/random.js';
import { disposing, sluiceImage } from '../../load/compose-project.js';
import { optionsOf, requireKnown } from '../../load/options.js';
import { bytesFigures } from './bytes.js';
import { gatewayKilled } from './gateway-killed.js';
import { overload } from './overload.js';
import { publish, publishBytes, publishOutput, textOf } from './report.js';
import { isHeld, LONG, SHORT, type Extent, type ScenarioResult } from './result.js';
import { ScaledStack } from './scaled-stack.js';
import { underLoad } from './under-load.js';

const HELP = `npm run fleet:scaled -- [options]: the fleet on the compose profile scaled, and its figures into docs/internals/under-load.md.

  --only NAME   under-load, gateway-killed or overload; may be repeated
  --short       as in npm test; the page stays as it is
  --seed N      the same load again`;

const PROJECT = process.env['COMPOSE_PROJECT_NAME'] ?? 'sluice-scaled';

const OPTIONS = {
  only: { type: 'string', multiple: true, default: [] as string[] },
  short: { type: 'boolean', default: false },
  seed: { type: 'string' },
} as const;
const { values } = optionsOf(HELP, { options: OPTIONS });
const seed = values.seed === undefined ? seedOfRun() : Number(values.seed);
const extent = values.short ? SHORT : LONG;

type Scenario = (stack: ScaledStack, extent: Extent, seed: number) => Promise<boolean>;

const SCENARIOS: Record<string, Scenario> = {
  'under-load': async (stack) => {
    const { isKept, text } = await underLoad(stack, extent, seed);
    const bytes = await bytesFigures(stack);
    for (const { name, value } of bytes) console.log(`${name}: ${value}`);
    if (!values.short) await Promise.all([publishOutput(text), publishBytes(bytes)]);
    return isKept;
  },
  'gateway-killed': (stack) => gatewayKilled(stack, extent, seed).then(report),
  overload: (stack) => overload(stack, extent, seed).then(report),
};

async function report(result: ScenarioResult): Promise<boolean> {
  console.log(textOf(result));
  if (!values.short) await publish(result);
  return isHeld(result);
}

function chosen(): string[] {
  const names = Object.keys(SCENARIOS);
  requireKnown('scenario', values.only, names);
  return names.filter((name) => values.only.length === 0 || values.only.includes(name));
}

/** On a separate stack: the store used for tests reads more slowly the more it holds. @returns whether it finished, and held */
async function held(name: string, image: string): Promise<boolean> {
  return disposing(await ScaledStack.start(PROJECT, image), async (stack) => {
    try {
      return await SCENARIOS[name]!(stack, extent, seed);
    } catch (error) {
      console.error(`BROKEN ${name} (seed ${seed}): it did not come to its end.`, error);
      return false;
    }
  });
}

async function main(): Promise<void> {
  const names = chosen();
  const image = await sluiceImage('sluice-scaled');
  for (const name of names) if (!(await held(name, image))) process.exitCode = 1;
}

await main();
