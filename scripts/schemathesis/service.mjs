import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { MAIN } from '../steps/build.mjs';
import { ROOT, StepError } from '../steps/child.mjs';
import { node24 } from '../steps/install.mjs';
import { freePort } from '../testing/docker.mjs';

const READY_TRIES = 300;
const STOP_LIMIT_MS = 15_000;

/**
 * The built standalone app in a separate process, on a free port of 127.0.0.1.
 *
 * @param {string} dataDir where it keeps its data
 * @param {Record<string, string>} settings more keys of the environment
 */
export async function startStandalone(dataDir, settings = {}) {
  const port = await freePort();
  const env = { ...process.env, LOG_LEVEL: 'error', ...settings, PORT: String(port), DATA_DIR: dataDir };
  const child = spawn(node24(), [MAIN], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const service = {
    url: `http://127.0.0.1:${port}`,
    log: '',
    isRunning: () => isRunning(child),
    stop: () => stop(child),
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (service.log += bytes));
  process.once('exit', () => child.kill('SIGKILL'));
  await whenReady(service);
  return service;
}

const isRunning = ({ exitCode, signalCode }) => exitCode === null && signalCode === null;

async function whenReady(service) {
  for (let attempt = 0; attempt < READY_TRIES && service.isRunning(); attempt++) {
    const answer = await fetch(`${service.url}/health/ready`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await delay(100);
  }
  throw new StepError(`The service did not start: ${service.log}`);
}

/** @returns {Promise<number | null>} its exit code; `null` if it had to be killed */
async function stop(child) {
  if (!isRunning(child)) return child.exitCode;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exit;
  clearTimeout(timer);
  return child.exitCode;
}

/** @param {string[]} holder the options of `sluice tokens create`. @returns {string} the text of a new token */
export function createToken(dataDir, holder) {
  const env = { ...process.env, AUTH: 'tokens', DATA_DIR: dataDir };
  const args = ['dist/apps/operator/main.js', 'tokens', 'create', ...holder];
  const { status, stdout, stderr } = spawnSync(node24(), args, { cwd: ROOT, env, encoding: 'utf8' });
  if (status !== 0) throw new StepError(`No token was made: ${stderr}`);
  return stdout.trim();
}
