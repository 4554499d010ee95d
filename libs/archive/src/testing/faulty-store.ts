import type { Readable } from 'node:stream';
import { ArchiveError } from '../archive-error.js';
import { ObjectStore, type ObjectTag, type StoredObject } from '../object-store.js';
import type { SpoolFile } from '../spool-file.js';
import type { Gate } from './gate.js';

/** What becomes of one upload. `half`: cut off in the middle. `late`: an error, although the object arrives. */
export type UploadFault = 'refused' | 'half' | 'late' | 'hangs';

/** A store with a gate before and after each call, and uploads that fail on demand. */
export class FaultyStore extends ObjectStore {
  /** Of the next uploads, one after the other; what follows them works. */
  readonly faults: (UploadFault | undefined)[] = [];
  /** How often a fault took effect. */
  failures = 0;

  constructor(
    private readonly store: ObjectStore,
    private readonly gate: Gate,
  ) {
    super();
  }

  get location(): string {
    return this.store.location;
  }

  check(): Promise<void> {
    return this.store.check();
  }

  async tagOf(key: string): Promise<ObjectTag | undefined> {
    await this.gate.step('before tag');
    const tag = await this.store.tagOf(key);
    await this.gate.step('after tag');
    return tag;
  }

  async put(key: string, file: SpoolFile, expected: ObjectTag | undefined, signal: AbortSignal): Promise<void> {
    await this.gate.step('before put');
    await this.putOrFail(key, file, expected, signal);
    await this.gate.step('after put');
  }

  list(prefix: string): AsyncIterable<StoredObject> {
    return this.store.list(prefix);
  }

  read(key: string): Promise<Readable> {
    return this.store.read(key);
  }

  remove(key: string): Promise<void> {
    return this.store.remove(key);
  }

  close(): void {
    this.store.close();
  }

  private async putOrFail(...call: Parameters<ObjectStore['put']>): Promise<void> {
    const fault = this.faults.shift();
    if (fault === undefined) return this.store.put(...call);
    this.failures++;
    if (fault === 'late') await this.store.put(...call);
    if (fault === 'half') await this.putHalf(call[0], call[1], call[2]);
    if (fault === 'hangs') await new Promise((_resolve, reject) => call[3].addEventListener('abort', reject));
    throw new ArchiveError('unreachable', 'The store is away.');
  }

  /** The store gets a part of the bytes, and then no more. */
  private async putHalf(key: string, file: SpoolFile, expected: ObjectTag | undefined): Promise<void> {
    await this.store.put(key, file, expected, AbortSignal.abort()).catch(() => undefined);
  }
}
