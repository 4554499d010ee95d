import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from '@sluice/test-kit';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * Runs Docker to its end, with more keys in its environment.
 *
 * @returns what it has written, to both outputs
 * @throws with its standard error when it ends with anything but 0
 */
export async function docker(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const options = { cwd: ROOT, maxBuffer: MAX_OUTPUT_BYTES, env: { ...process.env, ...env } };
  const { stdout, stderr } = await run('docker', [...args], options);
  return (stdout + stderr).trimEnd();
}
