import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '@sluice/test-kit';

export interface Run {
  input?: string;
  /** Working folder; left out: the top of the checkout. */
  cwd?: string;
}

/**
 * @returns standard output of a program
 * @throws Error with its standard error if it does not end with 0
 */
export async function run(program: string, args: readonly string[], { input = '', cwd = ROOT }: Run = {}) {
  const child = spawn(program, args, { cwd });
  const [out, notes]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => notes.push(bytes));
  child.stdin.on('error', () => undefined); // a program that ends before it has read all: its code says why
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${Buffer.concat([...notes, ...out]).toString()}`);
  return Buffer.concat(out).toString();
}

/** Runs a curl command as a person would paste it; an answer of 400 and more is an error. */
export function curl(command: string): Promise<string> {
  return run('bash', ['-c', command.replace(/^curl/, 'curl --silent --show-error --fail-with-body')]);
}

/** Runs the Python that has requests, Jinja2 and PyYAML. */
export function python(args: readonly string[], options?: Run): Promise<string> {
  const folder = process.env['SENDERS_PYTHON'];
  if (folder !== undefined) return run(join(folder, 'python'), args, options);
  const why = process.env['SENDERS_PYTHON_PROBLEM'] ?? 'run it by: npm test -- --tier standalone';
  throw new Error(`requests, Jinja2 and PyYAML from PyPI are not installed: ${why}`);
}
