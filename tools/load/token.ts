import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from '@sluice/test-kit';

const run = promisify(execFile);
const COMMAND = ['dist/apps/gateway/tokens.js', 'create', '--pattern', 'dev-*'];

/**
 * Creates a token that may send for every device of a load.
 *
 * @param env says where the tokens are stored
 * @returns the header that carries it
 */
export async function bearerOfNewToken(env: Record<string, string>): Promise<{ authorization: string }> {
  const { stdout } = await run(process.execPath, COMMAND, { cwd: ROOT, env: { ...process.env, ...env } });
  return { authorization: `Bearer ${stdout.trim()}` };
}
