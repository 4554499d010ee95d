import { EventLogError, type FailureCause } from '@sluice/event-log';

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** SQLite found pages that cannot be what it wrote. */
export function isDamage(error: unknown): boolean {
  return [SQLITE_CORRUPT, SQLITE_NOTADB].includes(primaryCode(error));
}

export function isLocked(error: unknown): boolean {
  return primaryCode(error) === SQLITE_BUSY;
}

/** As SQLite says it, before it has to. */
export function diskFull(): Error {
  return Object.assign(new Error('database or disk is full'), { errcode: SQLITE_FULL });
}

/** Extended codes carry the primary one in their lowest byte. */
function primaryCode(error: unknown): number {
  return Number((error as { errcode?: number }).errcode) & 0xff;
}

/** A stable code and what a person can do. */
export interface FileTrouble {
  code: FailureCause | 'unknown';
  advice: string;
}

const NO_SPACE: FileTrouble = { code: 'no-space', advice: 'the disk is full: make room on it' };
const READ_ONLY: FileTrouble = {
  code: 'read-only',
  advice: 'the file or its directory cannot be written: check their owner and mode, and how the disk is mounted',
};
const CANNOT_OPEN: FileTrouble = {
  code: 'cannot-open',
  advice: 'the file cannot be opened: check that its directory exists and can be written',
};
const DISK_ERROR: FileTrouble = { code: 'disk-error', advice: 'the disk failed to read or write: check it' };
const DAMAGED: FileTrouble = {
  code: 'damaged',
  advice: 'the file is damaged: restart the process, which says how to repair it',
};
const IN_USE: FileTrouble = { code: 'in-use', advice: 'another process uses the file: stop that process' };

/** By SQLite's primary result codes, and by the codes of the operating system. */
const TROUBLES: ReadonlyMap<number | string, FileTrouble> = new Map<number | string, FileTrouble>([
  [SQLITE_BUSY, IN_USE],
  [SQLITE_READONLY, READ_ONLY],
  [SQLITE_IOERR, DISK_ERROR],
  [SQLITE_CORRUPT, DAMAGED],
  [SQLITE_FULL, NO_SPACE],
  [SQLITE_CANTOPEN, CANNOT_OPEN],
  [SQLITE_NOTADB, DAMAGED],
  ['ENOSPC', NO_SPACE],
  ['EDQUOT', NO_SPACE],
  ['EROFS', READ_ONLY],
  ['EACCES', READ_ONLY],
  ['EPERM', READ_ONLY],
  ['EIO', DISK_ERROR],
  ['ENOENT', CANNOT_OPEN],
  ['ENOTDIR', CANNOT_OPEN],
  ['EMFILE', CANNOT_OPEN],
]);

/** What is wrong with the file, by an error of SQLite or of the file system. */
export function troubleOf(error: unknown): FileTrouble {
  const { code, message } = error as NodeJS.ErrnoException;
  return TROUBLES.get(primaryCode(error)) ?? TROUBLES.get(code ?? '') ?? { code: 'unknown', advice: message };
}

/** The same as a cause; `undefined` if it is not known. */
export function failureOf(error: unknown): FailureCause | undefined {
  if (error instanceof EventLogError) return error.failure;
  const { code } = troubleOf(error);
  return code === 'unknown' ? undefined : code;
}

/** `<code>: <sentence>`, for outcomes, log lines and health. */
export function reasonOf(error: unknown, file: string): string {
  if (error instanceof EventLogError) return error.message;
  const { code, advice } = troubleOf(error);
  return `${code}: ${file}: ${advice} (${(error as Error).message})`;
}

/** What a read tells its caller; an error of the log itself stays what it is. */
export function readingError(error: Error, file: string): EventLogError {
  if (error instanceof EventLogError) return error;
  if (isDamage(error) || error instanceof SyntaxError) return damaged(file, error);
  const detail = `${file} cannot be read: ${error.message}. See to its disk, then start again.`;
  return new EventLogError('fatal', detail, { cause: error });
}

/** The repair is written so that a step that fails ends it: not every distribution's sqlite3 can recover. */
export function damaged(file: string, error: Error): EventLogError {
  const detail = `${file} is damaged (${error.message}), so the event log does not use it.`;
  const repair =
    'Stop the process and copy the directory first. Then restore the file from a backup; or save what can be read with the ' +
    `sqlite3 from sqlite.org, "sqlite3 ${file} .recover > saved.sql && sqlite3 repaired.db < saved.sql", and put repaired.db ` +
    'in its place; or move the file away to begin with an empty log.';
  return new EventLogError('fatal', `${detail} ${repair}`, { cause: error });
}
