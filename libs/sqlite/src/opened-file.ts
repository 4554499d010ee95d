import { renameSync, statSync, type BigIntStats } from 'node:fs';

/** `gone`: there is no file at the path. `replaced`: another file is there. */
export type FileState = 'in-place' | 'gone' | 'replaced';

/**
 * Remembers a file by its device and inode, as it is at its path when this is created. A missing file then counts as in place.
 * One comparison takes 3 µs.
 */
class RememberedFile {
  readonly #stats: BigIntStats | undefined;

  constructor(readonly path: string) {
    this.#stats = statOf(path);
  }

  get state(): FileState {
    if (this.#stats === undefined) return 'in-place';
    const now = statOf(this.path);
    if (now === undefined) return 'gone';
    return now.ino === this.#stats.ino && now.dev === this.#stats.dev ? 'in-place' : 'replaced';
  }
}

/**
 * A database file and its write-ahead log, compared with their paths. SQLite itself continues with a file that was moved, deleted
 * or replaced, and acknowledges data that no later process will find.
 */
export class OpenedFile {
  readonly #file: RememberedFile;
  readonly #walPath: string;
  #wal: RememberedFile | undefined;

  /**
   * Created when the file is at its path, before or after SQLite opens it.
   *
   * @param path that a restart will open; may contain symbolic links, which SQLite resolves when it opens it
   * @param databasePath of the file after symbolic links
   */
  constructor(
    readonly path: string,
    databasePath = path,
  ) {
    this.#file = new RememberedFile(path);
    this.#walPath = `${databasePath}-wal`;
  }

  get state(): FileState {
    return this.#file.state;
  }

  get isWalLost(): boolean {
    return this.#wal !== undefined && this.#wal.state !== 'in-place';
  }

  get walPath(): string {
    return this.#walPath;
  }

  /** From now on, the write-ahead log that is at its path is the one in use. */
  rememberWal(): void {
    this.#wal = new RememberedFile(this.#walPath);
  }

  /**
   * Before the write-ahead log is created again: moves a foreign one aside.
   *
   * @returns what happened to the one in use, for a log line: it "was …"
   * @throws an error of the file system
   */
  clearWalPath(): string {
    if (this.#wal?.state !== 'replaced') return 'deleted';
    renameSync(this.#walPath, `${this.#walPath}.found-${Date.now()}`);
    return 'replaced; the foreign file is beside it, with .found- in its name';
  }
}

/** `undefined` for every reason why the path has no file: missing, no longer allowed, its file system unmounted. */
export function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}
