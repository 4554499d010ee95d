import { readFileSync, statSync } from 'node:fs';

const MAX_BYTES = 64 * 1024;

/**
 * The text of a file that holds a secret, without one line break at its end: editors and `echo` write one.
 *
 * @throws Error whose message follows the name of the variable, and never shows what is in the file
 */
export function textOfFile(path: string): string {
  let text: string;
  try {
    if (statSync(path).size > MAX_BYTES) throw new Error(`names a file of more than ${MAX_BYTES} bytes: ${path}.`);
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Error(`names a file that cannot be read (${code}): ${path}.`, { cause: error });
  }
  if (text === '') throw new Error(`names a file that is empty: ${path}.`);
  return text;
}
