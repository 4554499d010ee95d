import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Top folder of the checkout; every program runs there. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A step that failed for a reason a person can act on: its message is all that is shown. */
export class StepError extends Error {
  name = 'StepError';
}

/**
 * Runs a program to its end and passes signals on to it.
 *
 * @param {{ showOutputOnFailure?: boolean }} options what `spawn` takes; showOutputOnFailure prints a piped standard output, and only
 *   where the program fails
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
export function run(command, args, { showOutputOnFailure = false, ...options } = {}) {
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
  const output = [];
  child.stdout?.on('data', (bytes) => output.push(bytes));
  const passOn = (signal) => child.kill(signal);
  for (const signal of PASSED_ON) process.on(signal, passOn);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (showOutputOnFailure && code !== 0) process.stderr.write(Buffer.concat(output));
      resolve({ code, signal });
    });
  }).finally(() => {
    for (const signal of PASSED_ON) process.off(signal, passOn);
  });
}

/** Ends this process the way its child has ended. */
export function endLike({ code, signal }) {
  if (signal) process.kill(process.pid, signal);
  else process.exit(code);
}
