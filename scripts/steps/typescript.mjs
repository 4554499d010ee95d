import { attempt } from './attempt.mjs';
import { ensureBuilt } from './build.mjs';
import { endLike, run } from './child.mjs';
import { ensureInstalled, node24 } from './install.mjs';

const AS_IT_IS = [
  '--disable-warning=ExperimentalWarning',
  '--conditions=source',
  '--import',
  './scripts/source/register.mjs',
];

/**
 * Runs a tool from its source, beside the built apps where it starts them.
 *
 * @param {string} main
 * @param {readonly string[]} args
 * @param {{ needsBuild?: boolean }} options
 */
export function runFromSource(main, args = process.argv.slice(2), { needsBuild = true } = {}) {
  return attempt(async () => {
    await ensureInstalled();
    if (needsBuild) await ensureBuilt();
    endLike(await run(node24(), [...AS_IT_IS, main, ...args]));
  });
}
