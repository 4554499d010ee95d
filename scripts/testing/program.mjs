import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { ROOT } from '../steps/child.mjs';
import { defer, mayBegin } from './cleanups.mjs';

/** Longest that one program of a tier may run; it hangs if it takes longer. */
const TIME_LIMIT_MS = 25 * 60_000;
/** Time from SIGTERM to SIGKILL. */
const STOP_LIMIT_MS = 10_000;

/** Runs a program of a tier, see {@link succeedsEvenAtTheEnd}; after a signal has ended the tests it runs nothing more. */
export async function succeeds(command, args, options) {
  await mayBegin();
  return succeedsEvenAtTheEnd(command, args, options);
}

/**
 * Runs a program in a separate process group, so that no process that it started outlives it.
 *
 * @returns {Promise<boolean>} whether it ended with 0 in time
 */
export function succeedsEvenAtTheEnd(command, args, { env = {}, timeLimitMs = TIME_LIMIT_MS, ...options } = {}) {
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: process.platform !== 'win32',
    env: { ...process.env, PATH: pathWithPackages(), ...env },
    ...options,
  });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      signalGroup(child, 'SIGTERM'); // to whatever it has left running
      resolve(code === 0);
    });
  });
  defer(() => stopGroup(child, ended));
  return withinLimit(child, ended, timeLimitMs, [command, ...args].join(' ').slice(0, 100));
}

/** The packaged Node comes first, as in an npm script. */
function pathWithPackages() {
  return [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter);
}

async function withinLimit(child, ended, timeLimitMs, shown) {
  const timer = setTimeout(() => {
    console.error(`ended after ${timeLimitMs / 60_000} minutes, since it hangs or leaves something running: ${shown}`);
    void stopGroup(child, ended);
  }, timeLimitMs);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
}

async function stopGroup(child, ended) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_LIMIT_MS);
  await ended.finally(() => clearTimeout(timer));
}

function signalGroup(child, signal) {
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
