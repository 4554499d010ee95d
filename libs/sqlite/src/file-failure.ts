/** What is wrong with a database file, whatever engine uses it. */
export type FileFailure =
  'cannot-open' | 'damaged' | 'disk-error' | 'in-use' | 'no-space' | 'not-a-database' | 'read-only';

/** An error that SQLite or the file system has thrown, here or in another thread. */
export interface FileError {
  /** Result code of SQLite. */
  errcode?: number | undefined;
  /** Code of the operating system. */
  code?: string | undefined;
}

const SQLITE_FULL = 13;

/** By SQLite's primary result codes (https://www.sqlite.org/rescode.html), and by the codes of the operating system. */
const FAILURES: ReadonlyMap<number | string, FileFailure> = new Map<number | string, FileFailure>([
  [5, 'in-use'],
  [8, 'read-only'],
  [10, 'disk-error'],
  [11, 'damaged'],
  [SQLITE_FULL, 'no-space'],
  [14, 'cannot-open'],
  [26, 'not-a-database'],
  ['ENOSPC', 'no-space'],
  ['EDQUOT', 'no-space'],
  ['EROFS', 'read-only'],
  ['EACCES', 'read-only'],
  ['EPERM', 'read-only'],
  ['EIO', 'disk-error'],
  ['ENOENT', 'cannot-open'],
  ['ENOTDIR', 'cannot-open'],
  ['EMFILE', 'cannot-open'],
]);

/** @returns `undefined` for an error that is not about the file */
export function fileFailureOf({ errcode = 0, code = '' }: FileError): FileFailure | undefined {
  // Extended codes carry the primary one in their lowest byte.
  return FAILURES.get(errcode & 0xff) ?? FAILURES.get(code);
}

/** The error that SQLite reports on a full disk, before it has to. */
export function diskFull(): Error {
  return Object.assign(new Error('database or disk is full'), { errcode: SQLITE_FULL });
}
