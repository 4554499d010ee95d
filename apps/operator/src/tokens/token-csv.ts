import { readFile } from 'node:fs/promises';
import { deviceHolder, devicesHolder, type Holder, holderText, type Scope } from '@sluice/ingest';
import { CommandError } from '../command.js';

/** One line of a file of devices. */
export interface CsvToken {
  holder: Holder;
  scopes: readonly Scope[] | undefined;
}

const MAX_LINES = 100_000;
const HEADER = 'device_id';

/**
 * Reads a file with one device or pattern a line, and after a comma its scopes with a plus between them, if they are not `ingest`. A
 * first line `device_id,...` is a head. Everything is checked before a token is made.
 *
 * @param path of the file; `-` is standard input
 * @throws CommandError that names the line
 */
export async function readTokenCsv(path: string): Promise<CsvToken[]> {
  const text = await readFile(path === '-' ? '/dev/stdin' : path, 'utf8').catch((error: Error) => {
    throw new CommandError(`--csv: ${error.message}.`);
  });
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.length > MAX_LINES) throw new CommandError(`--csv: the file has more than ${MAX_LINES} lines; split it.`);
  const seen = new Map<string, number>();
  const tokens = lines.flatMap((line, index) => {
    if (line.trim() === '' || (index === 0 && line.startsWith(HEADER))) return [];
    const token = tokenOf(line, index + 1);
    const holder = holderText(token.holder);
    const before = seen.get(holder);
    if (before !== undefined)
      throw new CommandError(`--csv, line ${index + 1}: ${holder} is in line ${before} already.`);
    seen.set(holder, index + 1);
    return [token];
  });
  if (tokens.length === 0) throw new CommandError('--csv: the file names no device.');
  return tokens;
}

function tokenOf(line: string, number: number): CsvToken {
  const [name = '', scopeText = '', ...more] = line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  if (more.length > 0) throw new CommandError(`--csv, line ${number}: a line is device_id,scopes.`);
  const holder = deviceHolder(name) ?? devicesHolder(name);
  if (holder === undefined)
    throw new CommandError(`--csv, line ${number}: ${JSON.stringify(name)} is neither a device_id nor a pattern.`);
  const scopes = scopeText === '' ? undefined : scopeText.split('+');
  const unknown = scopes?.find((scope) => scope !== 'ingest' && scope !== 'read');
  if (unknown !== undefined)
    throw new CommandError(`--csv, line ${number}: ${JSON.stringify(unknown)} is not a scope: ingest or read.`);
  return { holder, scopes: scopes as Scope[] | undefined };
}
