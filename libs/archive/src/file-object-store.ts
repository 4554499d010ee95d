import { randomUUID } from 'node:crypto';
import { createReadStream, renameSync, statSync } from 'node:fs';
import { mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ArchiveError } from './archive-error.js';
import { ObjectStore, type ObjectTag, type StoredObject } from './object-store.js';
import { directoryError, type SpoolFile } from './spool-file.js';

const TEMPORARY = '.tmp';

/**
 * Objects as files of one directory, for one process: an object is written beside its place, made durable and renamed. The tag of the
 * content is compared and the file renamed in one turn of the event loop; another process could come between the two.
 */
export class FileObjectStore extends ObjectStore {
  readonly location: string;
  readonly #directory: string;

  /** @param url `file:./archive` is relative to the working directory, `file:///var/archive` is absolute */
  constructor(url: string) {
    super();
    this.#directory = url.startsWith('file://') ? fileURLToPath(url) : resolve(url.slice('file:'.length));
    this.location = this.#directory;
  }

  async check(): Promise<void> {
    await this.explained(() => mkdir(this.#directory, { recursive: true }));
  }

  async tagOf(key: string): Promise<ObjectTag | undefined> {
    return this.explained(() => tagOfFile(this.pathOf(key)));
  }

  async put(key: string, file: SpoolFile, expected: ObjectTag | undefined, signal: AbortSignal): Promise<void> {
    await this.explained(async () => {
      const path = this.pathOf(key);
      await mkdir(dirname(path), { recursive: true });
      await removeTemporary(path);
      const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}${TEMPORARY}`);
      try {
        await copy(file, temporary, signal);
        replace(temporary, path, expected);
      } catch (error) {
        await unlink(temporary).catch(() => undefined);
        throw error;
      }
      await syncDirectory(dirname(path));
    });
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    yield* this.walk('', prefix);
  }

  async read(key: string): Promise<Readable> {
    await this.explained(() => stat(this.pathOf(key)));
    return createReadStream(this.pathOf(key));
  }

  async remove(key: string): Promise<void> {
    await this.explained(() => unlink(this.pathOf(key)).catch(unlessMissing));
  }

  close(): void {}

  private async objectAt(key: string): Promise<StoredObject> {
    const { size, mtimeMs } = await stat(this.pathOf(key));
    return { key, bytes: size, storedAtMs: Math.floor(mtimeMs) };
  }

  private pathOf(key: string): string {
    return join(this.#directory, ...key.split('/'));
  }

  private async *walk(folder: string, prefix: string): AsyncIterable<StoredObject> {
    for (const entry of await entriesOf(join(this.#directory, folder))) {
      const key = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && (prefix.startsWith(`${key}/`) || `${key}/`.startsWith(prefix)))
        yield* this.walk(key, prefix);
      else if (entry.isFile() && key.startsWith(prefix) && !entry.name.startsWith('.')) yield await this.objectAt(key);
    }
  }

  private async explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw directoryError(error, this.#directory, 'ARCHIVE_URL');
    }
  }
}

async function entriesOf(directory: string) {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function tagOfFile(path: string): Promise<ObjectTag | undefined> {
  const found = await stat(path, { bigint: true }).catch(unlessMissing);
  return found && `${found.ino}-${found.size}-${found.mtimeNs}`;
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

async function copy(file: SpoolFile, path: string, signal: AbortSignal): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of file.chunks()) {
      signal.throwIfAborted();
      await handle.appendFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Compares and renames without giving way to anything else in this process. @throws ArchiveError `conflict` */
function replace(temporary: string, path: string, expected: ObjectTag | undefined): void {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  const tag = found && `${found.ino}-${found.size}-${found.mtimeNs}`;
  if (tag !== expected) throw new ArchiveError('conflict', `Another writer has replaced ${path} meanwhile.`);
  renameSync(temporary, path);
}

/** What a process that was killed has left of the same object. */
async function removeTemporary(path: string): Promise<void> {
  const begin = `.${basename(path)}.`;
  for (const { name } of await entriesOf(dirname(path)))
    if (name.startsWith(begin) && name.endsWith(TEMPORARY))
      await unlink(join(dirname(path), name)).catch(unlessMissing);
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}
