// `npm run fuzz`: attacks the whole HTTP edge of a standalone service with requests that are almost right, and checks that nothing that
// was accepted has changed.
//   npm run fuzz -- --minutes 5 --seed 7
//   npm run fuzz -- --seed 7 --only 4711      one attack, shown
import { attempt } from './steps/attempt.mjs';
import { ensureBuilt } from './steps/build.mjs';
import { endLike, run } from './steps/child.mjs';
import { ensureInstalled, node24 } from './steps/install.mjs';

const TYPESCRIPT = [
  '--disable-warning=ExperimentalWarning',
  '--import',
  './libs/event-log/src/testing/typescript-hooks.mjs',
];

await attempt(async () => {
  await ensureInstalled();
  await ensureBuilt();
  endLike(await run(node24(), [...TYPESCRIPT, 'test/fuzz/main.ts', ...process.argv.slice(2)]));
});
