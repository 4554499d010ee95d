import { chmodSync, closeSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { statOf } from './opened-file.js';

const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;
/** Any right of the group or of other users. */
const RIGHTS_OF_OTHERS = 0o077n;
/** The files of the embedded engines in their directory, and those that a file system creates at the top of a volume. */
const EXPECTED_NAMES = /^(?:(?:event-log|records|tokens)\.db.*|operator\.sock|lost\+found)$/;

/** Receives a line for the log of the process. */
export type LineLogger = (level: 'info' | 'warn', message: string) => void;

/**
 * Creates the directory and an empty file in it where they are missing, for this user only whatever the umask. Existing ones of
 * this user lose the rights of the group and of other users; a directory keeps them if it holds other files, like a home
 * directory.
 *
 * @param logger receives one line for each of them that is changed
 * @returns the path of the file
 * @throws an error of the file system
 */
export function preparePrivateFile(directory: string, name: string, logger?: LineLogger): string {
  const file = join(directory, name);
  if (statOf(directory) === undefined) mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  else tightenDirectory(directory, logger);
  for (const existing of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`])
    tighten(existing, PRIVATE_FILE, logger);
  if (statOf(file) === undefined) create(file);
  return file;
}

/** Only a missing file is opened: closing any descriptor of a file releases the locks that SQLite holds on it in this process. */
function create(file: string): void {
  try {
    closeSync(openSync(file, 'wx', PRIVATE_FILE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function tightenDirectory(directory: string, logger?: LineLogger): void {
  if (!isOpenToOthers(directory)) return;
  if (readdirSync(directory).every((name) => EXPECTED_NAMES.test(name))) tighten(directory, PRIVATE_DIRECTORY, logger);
  else
    logger?.(
      'info',
      `${directory} holds other files too, so other users may still list it. They cannot read the data.`,
    );
}

function tighten(path: string, mode: number, logger?: LineLogger): void {
  if (!isOpenToOthers(path)) return;
  chmodSync(path, mode);
  logger?.('warn', `${path} was open to other users of this machine; its mode is now ${mode.toString(8)}.`);
}

/** False for a file of another user: its mode cannot be changed. */
function isOpenToOthers(path: string): boolean {
  const stats = statOf(path);
  if (stats === undefined || stats.uid !== BigInt(process.getuid?.() ?? -1)) return false;
  return (stats.mode & RIGHTS_OF_OTHERS) !== 0n;
}
