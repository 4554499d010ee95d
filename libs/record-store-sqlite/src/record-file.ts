import { renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { RecordStoreError, StoreLog } from '@sluice/record-store';
import { preparePrivateFile, RememberedFile, type FileState } from './private-file.js';
import { fileError, FILE_MOVED, FILE_REPLACED, unavailable } from './sqlite-trouble.js';

/**
 * The file of the records as the file system shows it: made private before it is opened, and compared with its path from then on.
 * SQLite itself goes on with a file that was moved, deleted or replaced.
 */
export class RecordFile {
  private file: RememberedFile | undefined;
  private wal: RememberedFile | undefined;

  constructor(
    readonly path: string,
    private readonly log?: StoreLog,
  ) {}

  /** Before each attempt to open it. @throws RecordStoreError `unavailable` */
  prepare(): void {
    try {
      preparePrivateFile(dirname(this.path), basename(this.path), this.log);
      this.file = new RememberedFile(this.path);
    } catch (error) {
      throw fileError(this.path, error);
    }
  }

  /** From now on, the write-ahead log that is there is the one in use. */
  rememberWal(): void {
    this.wal = new RememberedFile(`${this.path}-wal`);
  }

  get state(): FileState {
    return this.file?.state ?? 'in-place';
  }

  /** What is wrong with the place of the file, if anything is. */
  get trouble(): RecordStoreError | undefined {
    const { state } = this;
    if (state === 'in-place') return undefined;
    const trouble = state === 'gone' ? FILE_MOVED : FILE_REPLACED;
    return unavailable(`${this.path}: ${trouble.sentence}`, undefined, trouble);
  }

  get isWalLost(): boolean {
    return this.wal !== undefined && this.wal.state !== 'in-place';
  }

  /** Before the write-ahead log is made again: says so, and puts a foreign one aside. @throws an error of the file system */
  clearWalPath(): void {
    const path = `${this.path}-wal`;
    const isReplaced = this.wal?.state === 'replaced';
    if (isReplaced) renameSync(path, `${path}.found-${Date.now()}`);
    const what = isReplaced ? 'replaced; the foreign file is beside it, with .found- in its name' : 'deleted';
    this.log?.(
      'warn',
      `${path} was ${what}. It is made again, and no record is lost. Leave it alone while Sluice runs.`,
    );
  }
}
