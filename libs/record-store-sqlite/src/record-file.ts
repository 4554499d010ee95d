import { basename, dirname } from 'node:path';
import type { RecordStoreError, StoreLogger } from '@sluice/record-store';
import { type FileState, OpenedFile, preparePrivateFile } from '@sluice/sqlite';
import { fileError, FILE_MOVED, FILE_REPLACED, unavailable } from './sqlite-trouble.js';

/**
 * The file of the records in the file system: made private before it is opened, and compared with its path from then on.
 */
export class RecordFile {
  private file: OpenedFile | undefined;

  constructor(
    readonly path: string,
    private readonly logger?: StoreLogger,
  ) {}

  /** Before each attempt to open it. @throws RecordStoreError `unavailable` */
  prepare(): void {
    try {
      preparePrivateFile(dirname(this.path), basename(this.path), this.logger);
      this.file = new OpenedFile(this.path);
    } catch (error) {
      throw fileError(this.path, error);
    }
  }

  /** From now on, the present write-ahead log is the one in use. */
  rememberWal(): void {
    this.file?.rememberWal();
  }

  get state(): FileState {
    return this.file?.state ?? 'in-place';
  }

  /** What is wrong with the path of the file, if anything is. */
  get trouble(): RecordStoreError | undefined {
    const { state } = this;
    if (state === 'in-place') return undefined;
    const trouble = state === 'gone' ? FILE_MOVED : FILE_REPLACED;
    return unavailable(`${this.path}: ${trouble.sentence}`, undefined, trouble);
  }

  get isWalLost(): boolean {
    return this.file?.isWalLost ?? false;
  }

  /**
   * Called before the write-ahead log is created again: reports it, and moves a foreign one aside. @throws an error of the file
   * system
   */
  clearWalPath(): void {
    const what = this.file?.clearWalPath() ?? 'deleted';
    this.logger?.(
      'warn',
      `${this.path}-wal was ${what}. It is made again, and no record is lost. Leave it alone while Sluice runs.`,
    );
  }
}
