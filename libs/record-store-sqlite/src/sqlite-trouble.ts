import { RecordStoreError, type StoreTrouble } from '@sluice/record-store';
import { type FileError, type FileFailure, fileFailureOf } from '@sluice/sqlite';

const TROUBLES: Readonly<Record<FileFailure, StoreTrouble>> = {
  'cannot-open': {
    code: 'cannot-open',
    sentence: 'it cannot be opened: check that its directory exists and can be written',
  },
  damaged: {
    code: 'damaged',
    sentence: 'it is damaged: move it away with its -wal file, or bring it back from a backup',
  },
  'disk-error': { code: 'disk-error', sentence: 'the disk failed to read or write: check it' },
  'in-use': {
    code: 'in-use',
    sentence: 'another process uses it: stop that one, or give this one another directory in its record store URL',
  },
  'no-space': { code: 'no-space', sentence: 'the disk is full: make room' },
  'not-a-database': {
    code: 'damaged',
    sentence: 'it is not a database: move it away, or give another directory in the record store URL',
  },
  'read-only': {
    code: 'read-only',
    sentence: 'it cannot be written: check the owner and mode of the file and its directory',
  },
};

export const FILE_MOVED: StoreTrouble = {
  code: 'file-moved',
  sentence:
    'it was moved or deleted while this process has it open. Put the same file back, and the record store resumes; ' +
    'or restart the process to begin with an empty one',
};
export const FILE_REPLACED: StoreTrouble = {
  code: 'file-replaced',
  sentence:
    'another file is at its path than the one this process has open. Restart the process to use the file at this path',
};

/** The thread's report of a call that failed. */
export interface CallFailure extends FileError {
  message: string;
}

export function fileTrouble(file: string, failure: CallFailure): RecordStoreError {
  const kind = fileFailureOf(failure);
  const known = kind && TROUBLES[kind];
  const trouble = known ?? { code: 'unknown', sentence: 'its file fails for a reason that the log names' };
  return unavailable(`${file}: ${known?.sentence ?? failure.message}`, failure, trouble);
}

/** Like {@link fileTrouble}, for an error that SQLite or the file system has thrown in this thread. */
export function fileError(file: string, error: unknown): RecordStoreError {
  if (error instanceof RecordStoreError) return error;
  const { message, errcode, code } = error as Error & { errcode?: number; code?: string };
  return fileTrouble(file, { message, errcode, code });
}

export function unavailable(reason: string, cause?: unknown, trouble?: StoreTrouble): RecordStoreError {
  const known = trouble === undefined ? {} : { trouble };
  return new RecordStoreError('unavailable', `The record store is unavailable: ${reason}.`, { cause, ...known });
}
