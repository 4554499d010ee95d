import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Top folder of the checkout; every program runs there. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * Runs a program to its end.
 *
 * @returns its standard output, without the line end
 * @throws with its standard error when it ends with anything but 0
 */
export async function output(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(program, args, { cwd: ROOT, maxBuffer: MAX_OUTPUT_BYTES });
  return stdout.trimEnd();
}

/** A port of 127.0.0.1 that is free at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
