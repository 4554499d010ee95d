// `npm test`: every tier that can run here, in order; the last line counts the tests of all of them.
//   npm test -- --tier unit --tier lint     only these tiers
//   npm test -- batcher                     only the suites whose path contains the word
// With CI=true a tier that cannot run is a failure.
import { parseArgs } from 'node:util';
import { attempt } from './steps/attempt.mjs';
import { StepError } from './steps/child.mjs';
import { ensureInstalled } from './steps/install.mjs';
import { undoAll, undoOnSignals } from './testing/cleanups.mjs';
import { allSuites } from './testing/suites.mjs';
import { TIERS } from './testing/tiers.mjs';

const mustRun = process.env.CI === 'true';

await attempt(async () => {
  const { tiers, words } = chosen();
  await ensureInstalled();
  undoOnSignals();
  const suites = suitesWith(words);
  const results = [];
  for (const tier of tiers) results.push(await runTier(tier, suites));
  report(results);
});

function chosen() {
  const { values, positionals: words } = parseArgs({
    allowPositionals: true,
    options: { tier: { type: 'string', multiple: true, default: [] } },
  });
  const names = TIERS.map(({ name }) => name);
  const unknown = values.tier.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new StepError(`No tier is named ${unknown.join(', ')}; there are: ${names.join(', ')}.`);
  const asked = TIERS.filter(({ name }) => values.tier.length === 0 || values.tier.includes(name));
  return { words, tiers: words.length > 0 ? asked.filter(({ takes }) => takes) : asked };
}

function suitesWith(words) {
  const suites = allSuites().filter((path) => words.length === 0 || words.some((word) => path.includes(word)));
  if (suites.length === 0) throw new StepError(`No suite has ${words.join(' or ')} in its path.`);
  return suites;
}

async function runTier({ name, takes, problem, run }, candidates) {
  const suites = takes ? candidates.filter(takes) : [];
  const reason = takes && suites.length === 0 ? 'it has no suites' : problem?.();
  if (reason) return { name, reason, passed: 0, failed: mustRun ? 1 : 0 };
  console.error(`\n── ${name} ──`);
  try {
    return { name, ...(await run(suites)) };
  } catch (error) {
    console.error(error instanceof StepError ? error.message : error);
    return { name, passed: 0, failed: 1 };
  } finally {
    await undoAll();
  }
}

function report(results) {
  console.log('');
  for (const { name, reason, passed, failed } of results) {
    const said = reason ? `did not run: ${reason}` : `ran: ${passed} passed, ${failed} failed`;
    console.log(`${name.padEnd(12)}${said}`);
  }
  const sum = (count) => results.reduce((total, result) => total + result[count], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') > 0 ? 1 : 0;
}
