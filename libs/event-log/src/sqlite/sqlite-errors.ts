import { EventLogError } from '../event-log.js';
import type { FailureCause } from '../failure-cause.js';

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

/** Why a write has failed, where that is known. */
export function writeFailure(error: unknown): FailureCause | undefined {
  const code = primaryCode(error);
  if (code === SQLITE_FULL) return 'no-space';
  return [SQLITE_READONLY, SQLITE_IOERR, SQLITE_CANTOPEN].includes(code) ? 'read-only' : undefined;
}

/** As SQLite says it, before it has to. */
export function diskFull(): Error {
  return Object.assign(new Error('database or disk is full'), { errcode: SQLITE_FULL });
}

/** Extended codes carry the primary one in their lowest byte. */
function primaryCode(error: unknown): number {
  return Number((error as { errcode?: number }).errcode) & 0xff;
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
