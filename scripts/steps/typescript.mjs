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
 * Runs a tool from its source, beside the built apps.
 *
 * @param {string} main
 * @param {readonly string[]} args
 */
export function runFromSource(main, args = process.argv.slice(2)) {
  return attempt(async () => {
    await ensureInstalled();
    await ensureBuilt();
    endLike(await run(node24(), [...AS_IT_IS, main, ...args]));
  });
}
