import { ensureBuilt } from '../steps/build.mjs';
import { chartTools } from './chart-tools.mjs';
import { IMAGE, buildImage, composeUp, dockerProblem, freePort, removeWhatTestsStart } from './docker.mjs';
import { jest } from './jest.mjs';
import { succeeds } from './program.mjs';
import { promtoolChecks, promtoolProblem } from './promtool.mjs';
import { archiveTools, senderTools } from './python-tools.mjs';
import { CHARTS, ENGINES, UNIT, isForProfile } from './suites.mjs';

const TSC = ['node', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit'];
const TSC_CONSOLE = ['node', 'node_modules/typescript/bin/tsc', '-p', 'apps/console'];
const ESLINT = ['node', 'node_modules/eslint/bin/eslint.js', '.'];
const PRETTIER = ['node', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'];
const DEPCRUISE = [
  ...['node', 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', '--config', '.dependency-cruiser.mjs'],
  ...['apps', 'libs', 'tools', 'test'],
];
const KNIP = ['node', 'node_modules/knip/bin/knip.js'];
const LANGUAGE = ['node', 'scripts/language.mjs'];

const STACK_PROJECT = 'sluice-test-stack';
const ENGINES_PROJECT = ['-p', 'sluice-test-engines', '-f', 'libs/test-kit/src/engines.compose.yml'];

/** Compares whole answers, offsets included: it needs an unused system. */
const isFirst = (path) => /(^|\/)readme\.e2e-spec\.ts$/.test(path);

const ONE_FAILURE = { passed: 0, failed: 1 };

/**
 * The tiers, in the order in which they run.
 *
 * takes: whether a suite belongs to the tier; a tier without it has one check instead of suites
 * problem: why it cannot run here, if so
 * run: gets its suites, gives its counts
 */
export const TIERS = [
  { name: 'types', run: () => check([TSC, TSC_CONSOLE]) },
  { name: 'lint', run: () => check([ESLINT], [PRETTIER, DEPCRUISE, KNIP, LANGUAGE]) },
  { name: 'rules', problem: promtoolProblem, run: () => check(promtoolChecks()) },
  {
    name: 'unit',
    takes: (path) => UNIT.test(path),
    run: (suites) => jest({ suites, workers: 2, timeoutMs: 20_000 }),
  },
  {
    name: 'charts',
    takes: (path) => CHARTS.test(path),
    // Not left out where Helm is missing: it is fetched, or the tier fails.
    run: (suites) => jest({ suites, workers: 1, timeoutMs: 120_000, env: chartTools() }),
  },
  {
    name: 'standalone',
    takes: (path) => isForProfile(path, 'standalone'),
    run: runStandalone,
  },
  {
    name: 'engines',
    takes: (path) => ENGINES.test(path),
    problem: dockerProblem,
    run: runOnEngines,
  },
  {
    name: 'container',
    takes: (path) => isForProfile(path, 'container'),
    problem: dockerProblem,
    run: runInContainer,
  },
  {
    name: 'compose',
    takes: (path) => isForProfile(path, 'compose'),
    problem: dockerProblem,
    run: runOnStack,
  },
];

/** @param {string[][][]} lists of commands; the lists run side by side */
async function check(...lists) {
  const areGreen = await Promise.all(lists.map(runInTurn));
  return areGreen.every(Boolean) ? { passed: 1, failed: 0 } : ONE_FAILURE;
}

async function runInTurn(commands) {
  let isGreen = true;
  for (const [command, ...args] of commands) isGreen = (await succeeds(command, args)) && isGreen;
  return isGreen;
}

async function runStandalone(suites) {
  await ensureBuilt();
  const env = { SLUICE_PROFILE: 'standalone', ...senderTools() };
  return jest({ suites, workers: 2, timeoutMs: 60_000, env });
}

async function runOnEngines(suites) {
  removeWhatTestsStart();
  const [kafka, mongo] = [await freePort(), await freePort()];
  const ports = { KAFKA_PORT: String(kafka), MONGO_PORT: String(mongo) };
  if (!(await composeUp(ENGINES_PROJECT, ports))) return ONE_FAILURE;
  const env = { KAFKA_BROKERS: `127.0.0.1:${kafka}`, MONGO_URL: `mongodb://127.0.0.1:${mongo}`, ...archiveTools() };
  return jest({ suites, workers: 2, timeoutMs: 120_000, env });
}

async function runInContainer(suites) {
  if (!(await buildImage())) return ONE_FAILURE;
  removeWhatTestsStart();
  return jest({
    suites,
    workers: 1,
    timeoutMs: 120_000,
    env: { SLUICE_PROFILE: 'container', SLUICE_IMAGE: IMAGE },
  });
}

async function runOnStack(suites) {
  if (!(await buildImage())) return ONE_FAILURE;
  const port = String(await freePort());
  const env = { COMPOSE_PROJECT_NAME: STACK_PROJECT, SLUICE_IMAGE: IMAGE, SLUICE_PORT: port };
  if (!(await composeUp([], env))) return ONE_FAILURE;
  const options = { workers: 1, timeoutMs: 180_000, env: { ...env, SLUICE_PROFILE: 'compose' } };
  const groups = [suites.filter(isFirst), suites.filter((path) => !isFirst(path))];
  const counts = { passed: 0, failed: 0 };
  for (const group of groups.filter(({ length }) => length > 0)) {
    const { passed, failed } = await jest({ suites: group, ...options });
    counts.passed += passed;
    counts.failed += failed;
  }
  return counts;
}
