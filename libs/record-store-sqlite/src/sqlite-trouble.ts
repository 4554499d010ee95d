import { RecordStoreError, type StoreTrouble } from '@sluice/record-store';

const IN_USE: StoreTrouble = {
  code: 'in-use',
  sentence: 'another process uses it: stop that one, or give this one another directory in its record store URL',
};
const READ_ONLY: StoreTrouble = {
  code: 'read-only',
  sentence: 'it cannot be written: check the owner and mode of the file and its directory',
};
const DISK_ERROR: StoreTrouble = { code: 'disk-error', sentence: 'the disk failed to read or write: check it' };
const DAMAGED: StoreTrouble = {
  code: 'damaged',
  sentence: 'it is damaged: move it away with its -wal file, or bring it back from a backup',
};
const NO_SPACE: StoreTrouble = { code: 'no-space', sentence: 'the disk is full: make room' };
const CANNOT_OPEN: StoreTrouble = {
  code: 'cannot-open',
  sentence: 'it cannot be opened: check that its directory exists and can be written',
};
const NO_DATABASE: StoreTrouble = {
  code: 'damaged',
  sentence: 'it is not a database: move it away, or give another directory in the record store URL',
};

/** By SQLite's primary result codes (https://www.sqlite.org/rescode.html), and by the codes of the operating system. */
const TROUBLES: ReadonlyMap<number | string, StoreTrouble> = new Map<number | string, StoreTrouble>([
  [5, IN_USE],
  [8, READ_ONLY],
  [10, DISK_ERROR],
  [11, DAMAGED],
  [13, NO_SPACE],
  [14, CANNOT_OPEN],
  [26, NO_DATABASE],
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

export const FILE_MOVED: StoreTrouble = {
  code: 'file-moved',
  sentence:
    'it was moved or deleted while this process has it open. Put the same file back, and the record store goes on by itself; ' +
    'or restart the process to begin with an empty one',
};
export const FILE_REPLACED: StoreTrouble = {
  code: 'file-replaced',
  sentence:
    'another file is at its path than the one this process has open. Restart the process to use the file at this path',
};

/** What the thread says about a call that failed; `errcode` is SQLite's result code, where the trouble is SQLite's. */
export interface CallFailure {
  message: string;
  errcode: number | undefined;
  /** Code of the operating system. */
  code?: string | undefined;
}

export function fileTrouble(file: string, failure: CallFailure): RecordStoreError {
  const known = TROUBLES.get((failure.errcode ?? 0) & 0xff) ?? TROUBLES.get(failure.code ?? '');
  const trouble = known ?? { code: 'unknown', sentence: 'its file fails for a reason that the log names' };
  return unavailable(`${file}: ${known?.sentence ?? failure.message}`, failure, trouble);
}

/** As {@link fileTrouble}, of an error that SQLite or the file system has thrown in this thread. */
export function fileError(file: string, error: unknown): RecordStoreError {
  if (error instanceof RecordStoreError) return error;
  const { message, errcode, code } = error as Error & { errcode?: number; code?: string };
  return fileTrouble(file, { message, errcode, code });
}

export function unavailable(reason: string, cause?: unknown, trouble?: StoreTrouble): RecordStoreError {
  const known = trouble === undefined ? {} : { trouble };
  return new RecordStoreError('unavailable', `The record store is unavailable: ${reason}.`, { cause, ...known });
}
