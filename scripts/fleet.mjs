// `npm run fleet`: a fleet of simulated devices, see docs/under-load.md. `npm run fleet:scaled`: the same on several gateways.
import { attempt } from './steps/attempt.mjs';
import { endLike, run } from './steps/child.mjs';
import { ensureInstalled, node24 } from './steps/install.mjs';

const PROGRAMS = { run: 'test/fleet/main.ts', scaled: 'test/fleet/scaled/main.ts' };
const [program, ...args] = process.argv.slice(2);

await attempt(async () => {
  await ensureInstalled();
  const options = [
    '--disable-warning=ExperimentalWarning',
    '--import',
    './libs/event-log/src/testing/typescript-hooks.mjs',
  ];
  endLike(await run(node24(), [...options, PROGRAMS[program], ...args]));
});
