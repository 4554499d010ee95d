import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { ROOT } from '../steps/child.mjs';
import { defer } from './cleanups.mjs';
import { succeeds, succeedsEvenAtTheEnd } from './program.mjs';

/** The image that the tests build; a local `sluice` is not overwritten. */
export const IMAGE = 'sluice:test';
/** Every container and volume that a test makes by itself carries this label. */
const LABEL = 'sluice.test=true';

const ANSWER_LIMIT_MS = 20_000;

/** @returns {string | undefined} why Docker cannot be used here */
export function dockerProblem() {
  if (!answers('docker', ['info'])) return 'Docker cannot be reached (docker info fails)';
  if (!answers('docker', ['compose', 'version'])) return 'Docker Compose is not installed';
  return undefined;
}

function answers(command, args) {
  return spawnSync(command, args, { stdio: 'ignore', timeout: ANSWER_LIMIT_MS }).status === 0;
}

/** A port of 127.0.0.1 that is free at this moment. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts a compose project afresh, waits until it is healthy, and removes it with its volumes in the end.
 *
 * @param {string[]} project the options that name it, for example `['-p', 'name', '-f', 'file']`
 * @param {Record<string, string>} env what its compose file reads
 * @returns {Promise<boolean>} whether it became healthy; if not, its last log lines are shown
 */
export async function composeUp(project, env) {
  const quietly = ['compose', '--progress', 'quiet', ...project];
  const compose = (...args) => succeeds('docker', [...quietly, ...args], { env });
  // Without its profile, the volume of a service stays.
  const downArgs = [...quietly, '--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '20'];
  const down = () => succeedsEvenAtTheEnd('docker', downArgs, { env });
  await down();
  defer(down);
  if (await compose('up', '--wait', '--wait-timeout', '180', '--quiet-pull')) return true;
  await compose('ps', '--all');
  await compose('logs', '--tail', '30');
  return false;
}

export function buildImage() {
  return succeeds('docker', ['build', '--quiet', '--tag', IMAGE, ROOT], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Removes the containers and volumes of an earlier run that was killed, and in the end those of this one. */
export function removeWhatTestsStart() {
  removeLabelled();
  defer(removeLabelled);
}

function removeLabelled() {
  remove(['rm', '--force', '--volumes'], ['ps', '--all']);
  remove(['volume', 'rm', '--force'], ['volume', 'ls']);
}

function remove(removing, listing) {
  const { stdout } = spawnSync('docker', [...listing, '--quiet', '--filter', `label=${LABEL}`], { encoding: 'utf8' });
  const ids = stdout.split('\n').filter(Boolean);
  if (ids.length > 0) spawnSync('docker', [...removing, ...ids], { stdio: 'ignore' });
}
