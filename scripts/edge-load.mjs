// `npm run edge-load`: the load proofs of the edge, see docs/overload.md.
import { attempt } from './steps/attempt.mjs';
import { ensureBuilt } from './steps/build.mjs';
import { endLike, run } from './steps/child.mjs';
import { ensureInstalled, node24 } from './steps/install.mjs';

await attempt(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const options = [
    '--disable-warning=ExperimentalWarning',
    '--import',
    './libs/event-log/src/testing/typescript-hooks.mjs',
  ];
  endLike(await run(node24(), [...options, 'test/edge-load/main.ts', ...process.argv.slice(2)]));
});
