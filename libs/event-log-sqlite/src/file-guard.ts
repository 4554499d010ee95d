import type { DatabaseSync } from 'node:sqlite';
import { EventLogError } from '@sluice/event-log';
import { type FileState, OpenedFile, type LineLogger } from '@sluice/sqlite';

/**
 * Checks that the file that this process has open is the one that a restart will open. SQLite itself continues with a file that
 * was moved, deleted or replaced, and acknowledges entries that no later process will find.
 */
export class FileGuard {
  private readonly file: OpenedFile;
  private lastState: FileState = 'in-place';

  /**
   * @param path that a restart will open; may contain symbolic links, which SQLite resolves when it opens it
   * @param logger receives one line when the file is lost and one when it is back
   */
  constructor(
    private readonly database: DatabaseSync,
    readonly path: string,
    private readonly logger: LineLogger = () => undefined,
  ) {
    this.file = new OpenedFile(path, database.location() ?? path);
    this.file.rememberWal();
  }

  /**
   * Must not be called inside a transaction. @throws an error of SQLite if the write-ahead log is gone and cannot be created
   * again
   */
  check(): FileState {
    const { state } = this.file;
    if (state === 'in-place' && this.file.isWalLost) this.remakeWal();
    if (state !== this.lastState) this.changed(state);
    return state;
  }

  /** @throws EventLogError `unavailable` if the file is not the one at its path */
  requireInPlace(): void {
    const state = this.check();
    if (state !== 'in-place') throw lostError(state, this.path);
  }

  private changed(state: FileState): void {
    this.lastState = state;
    if (state === 'in-place') {
      this.logger('warn', `${this.path} is back at its path: the event log appends again.`);
      return;
    }
    this.emptyWal();
    this.logger('warn', `Records are refused with 503. ${adviceFor(state, this.path)}`);
  }

  /**
   * Moves everything into the open file. If a write-ahead log with pages stayed beside another database, the next process that
   * opens that database would apply the pages to it.
   */
  private emptyWal(): void {
    try {
      this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      this.logger('warn', `${this.file.walPath} could not be emptied: ${(error as Error).message}`);
    }
  }

  /** Leaving WAL mode moves all pages from the open, nameless file into the database; entering it creates a new file. */
  private remakeWal(): void {
    const what = this.file.clearWalPath();
    this.database.exec('PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL');
    this.database.prepare('SELECT count(*) FROM sqlite_schema').get();
    this.file.rememberWal();
    this.logger(
      'warn',
      `${this.file.walPath} was ${what}. It was made again, and no entry is lost. Leave it alone while Sluice runs.`,
    );
  }
}

function lostError(state: Exclude<FileState, 'in-place'>, path: string): EventLogError {
  const failure = state === 'gone' ? 'file-moved' : 'file-replaced';
  return new EventLogError('unavailable', adviceFor(state, path), { failure });
}

function adviceFor(state: Exclude<FileState, 'in-place'>, path: string): string {
  if (state === 'gone') {
    return (
      `file-moved: ${path} was moved or deleted while this process has it open, so nothing can be appended. ` +
      'Put the same file back, and the event log resumes; or restart the process to begin with an empty event log.'
    );
  }
  return (
    `file-replaced: ${path} is another file than the one that this process has open, so nothing can be appended. ` +
    'Restart the process to use the file at this path. Entries that were confirmed before are in the file that was there.'
  );
}
