import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ArchiveError } from '../archive-error.js';
import { ObjectStore, type ObjectTag, type StoredObject } from '../object-store.js';
import type { SpoolFile } from '../spool-file.js';

/** Objects in memory. As with S3, the tag is a hash of the content: the same bytes again have the same tag. */
export class MemoryObjectStore extends ObjectStore {
  readonly location = 'memory';
  readonly #objects = new Map<string, Buffer>();

  async check(): Promise<void> {}

  async tagOf(key: string): Promise<ObjectTag | undefined> {
    return this.tagNow(key);
  }

  async put(key: string, file: SpoolFile, expected: ObjectTag | undefined, signal: AbortSignal): Promise<void> {
    const content = await file.slice(0, file.bytes);
    signal.throwIfAborted();
    if (this.tagNow(key) !== expected) throw new ArchiveError('conflict', `${key} was replaced meanwhile.`);
    this.#objects.set(key, content);
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    for (const key of [...this.#objects.keys()].sort())
      if (key.startsWith(prefix)) yield { key, bytes: this.#objects.get(key)!.length };
  }

  async read(key: string): Promise<Readable> {
    return Readable.from([this.#objects.get(key)!]);
  }

  close(): void {}

  private tagNow(key: string): ObjectTag | undefined {
    const content = this.#objects.get(key);
    return content && createHash('md5').update(content).digest('hex');
  }
}
