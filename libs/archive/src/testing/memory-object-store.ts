import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ArchiveError } from '../archive-error.js';
import { ObjectStore, type ObjectTag, type StoredObject } from '../object-store.js';
import type { SpoolFile } from '../spool-file.js';

/** Objects in memory. As with S3, the tag is a hash of the content: the same bytes again have the same tag. */
export class MemoryObjectStore extends ObjectStore {
  readonly location = 'memory';
  readonly #objects = new Map<string, { content: Buffer; storedAtMs: number }>();

  async check(): Promise<void> {}

  async tagOf(key: string): Promise<ObjectTag | undefined> {
    return this.tagNow(key);
  }

  async put(key: string, file: SpoolFile, expected: ObjectTag | undefined, signal: AbortSignal): Promise<void> {
    const content = await file.slice(0, file.bytes);
    signal.throwIfAborted();
    if (this.tagNow(key) !== expected) throw new ArchiveError('conflict', `${key} was replaced meanwhile.`);
    this.#objects.set(key, { content, storedAtMs: Date.now() });
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    for (const key of [...this.#objects.keys()].sort()) if (key.startsWith(prefix)) yield this.objectAt(key);
  }

  async read(key: string): Promise<Readable> {
    return Readable.from([this.#objects.get(key)!.content]);
  }

  async remove(key: string): Promise<void> {
    this.#objects.delete(key);
  }

  close(): void {}

  private objectAt(key: string): StoredObject {
    const { content, storedAtMs } = this.#objects.get(key)!;
    return { key, bytes: content.length, storedAtMs };
  }

  private tagNow(key: string): ObjectTag | undefined {
    const content = this.#objects.get(key)?.content;
    return content && createHash('md5').update(content).digest('hex');
  }
}
