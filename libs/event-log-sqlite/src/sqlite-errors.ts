import { EventLogError, type FailureCause } from '@sluice/event-log';
import { type FileError, type FileFailure, fileFailureOf } from '@sluice/sqlite';

/** SQLite found pages that cannot be its own. */
export function isDamage(error: unknown): boolean {
  const failure = fileFailureOf(error as FileError);
  return failure === 'damaged' || failure === 'not-a-database';
}

export function isLocked(error: unknown): boolean {
  return fileFailureOf(error as FileError) === 'in-use';
}

/** A stable code and what a person can do. */
export interface FileTrouble {
  code: FailureCause | 'unknown';
  advice: string;
}

const DAMAGED: FileTrouble = {
  code: 'damaged',
  advice: 'the file is damaged: restart the process, which says how to repair it',
};

const TROUBLES: Readonly<Record<FileFailure, FileTrouble>> = {
  'cannot-open': {
    code: 'cannot-open',
    advice: 'the file cannot be opened: check that its directory exists and can be written',
  },
  damaged: DAMAGED,
  'disk-error': { code: 'disk-error', advice: 'the disk failed to read or write: check it' },
  'in-use': { code: 'in-use', advice: 'another process uses the file: stop that process' },
  'no-space': { code: 'no-space', advice: 'the disk is full: make room on it' },
  'not-a-database': DAMAGED,
  'read-only': {
    code: 'read-only',
    advice: 'the file or its directory cannot be written: check their owner and mode, and how the disk is mounted',
  },
};

/** What is wrong with the file, from an error of SQLite or of the file system. */
export function troubleOf(error: unknown): FileTrouble {
  const failure = fileFailureOf(error as FileError);
  return failure === undefined ? { code: 'unknown', advice: (error as Error).message } : TROUBLES[failure];
}

/** The cause for the port; `undefined` if it is unknown. */
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

/** The error that a read reports to its caller; an error of the log itself is passed on unchanged. */
export function readingError(error: Error, file: string): EventLogError {
  if (error instanceof EventLogError) return error;
  if (isDamage(error) || error instanceof SyntaxError) return damaged(file, error);
  const detail = `${file} cannot be read: ${error.message}. See to its disk, then start again.`;
  return new EventLogError('fatal', detail, { cause: error });
}

/** The commands of the repair stop at a failed step: not every distribution's sqlite3 can recover. */
export function damaged(file: string, error: Error): EventLogError {
  const detail = `${file} is damaged (${error.message}), so the event log does not use it.`;
  const repair =
    'Stop the process and copy the directory first. Then restore the file from a backup; or save what can be read with the ' +
    `sqlite3 from sqlite.org, "sqlite3 ${file} .recover > saved.sql && sqlite3 repaired.db < saved.sql", and put repaired.db ` +
    'in its place; or move the file away to begin with an empty log.';
  return new EventLogError('fatal', `${detail} ${repair}`, { cause: error });
}
