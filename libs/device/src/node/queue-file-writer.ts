import { open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DeviceError } from '../device-error.js';
import type { Storage, StoredRecord } from '../queue/storage.js';
import type { LogEntry } from '../signals.js';
import { doneLine, HEADER, queuedLine } from './journal.js';

/** A smaller file is never rewritten to save room. */
const SMALL_FILE_BYTES = 256 * 1024;
/** Checksum, key and newline of a line, about. */
const LINE_OVERHEAD_BYTES = 20;

interface Write {
  line: string;
  /** The record that the line queues, if it does. */
  key?: number;
  resolve: () => void;
  reject: (error: DeviceError) => void;
}

const PRIVATE_FILE = 0o600;

/**
 * The open queue file. Append-only: lines that come while a write is in progress go out together with the next one, with one fsync.
 * It is rewritten to a new file and renamed over the old one when most of it is delivered, and after a write that failed.
 */
export class QueueFile implements Storage {
  readonly recovered: readonly StoredRecord[];
  private file: FileHandle | undefined;
  private pending: Write[] = [];
  private writing: Promise<void> | undefined;
  private readonly saved = new Set<number>();
  private fileBytes = 0;
  private liveBytes = 0;

  constructor(
    private readonly path: string,
    /** Records without a verdict, by key. */
    private readonly live: Map<number, StoredRecord>,
    readonly findings: readonly LogEntry[],
    private readonly onClosed: () => void,
  ) {
    this.recovered = [...live.values()];
    for (const record of this.recovered) this.liveBytes += sizeOf(record);
  }

  append(record: StoredRecord): Promise<void> {
    this.live.set(record.key, record);
    this.liveBytes += sizeOf(record);
    return this.write(queuedLine(record), record.key);
  }

  remove(keys: readonly number[]): Promise<void> {
    for (const key of keys) {
      this.liveBytes -= sizeOf(this.live.get(key)!);
      this.live.delete(key);
      this.saved.delete(key);
    }
    return this.write(doneLine(keys));
  }

  keeps(key: number): boolean {
    return this.saved.has(key);
  }

  async close(): Promise<void> {
    await this.writing;
    if (this.saved.size < this.live.size) await this.rewrite().catch(() => {});
    await this.letGo();
    this.onClosed();
  }

  /** Replaces the file by one that has only what is live. At any moment of a crash there is one whole file. */
  async rewrite(): Promise<void> {
    await this.letGo();
    const records = [...this.live.values()];
    const text = HEADER + records.map(queuedLine).join('');
    await writeDurably(`${this.path}.tmp`, text);
    await rename(`${this.path}.tmp`, this.path);
    await syncDirectory(dirname(this.path));
    this.file = await open(this.path, 'a');
    this.fileBytes = Buffer.byteLength(text);
    for (const { key } of records) this.markSaved(key);
  }

  private write(line: string, key?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.pending.push({ line, resolve, reject, ...(key !== undefined && { key }) });
      this.writing ??= this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    // Lets everything that is reported in one go into one write.
    await Promise.resolve();
    while (this.pending.length > 0) await this.writeTogether(this.pending.splice(0));
    this.writing = undefined;
  }

  private async writeTogether(writes: readonly Write[]): Promise<void> {
    try {
      if (this.file === undefined || this.isMostlyDone()) await this.rewrite();
      else await this.appendLines(this.file, writes);
      for (const { resolve } of writes) resolve();
    } catch (cause) {
      // Half a line may be in the file now: the next write rewrites it.
      await this.letGo();
      const message = `${this.path} cannot be written; records are kept in memory only: ${(cause as Error).message}`;
      for (const { reject } of writes) reject(new DeviceError('queue-file-unwritable', message, { cause }));
    }
  }

  private async appendLines(file: FileHandle, writes: readonly Write[]): Promise<void> {
    const bytes = Buffer.from(writes.map(({ line }) => line).join(''));
    await file.appendFile(bytes);
    await file.datasync();
    this.fileBytes += bytes.length;
    for (const { key } of writes) if (key !== undefined) this.markSaved(key);
  }

  private markSaved(key: number): void {
    if (this.live.has(key)) this.saved.add(key);
  }

  private isMostlyDone(): boolean {
    return this.fileBytes > SMALL_FILE_BYTES && this.fileBytes > 2 * this.liveBytes;
  }

  private async letGo(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    await file?.close().catch(() => {});
  }
}

function sizeOf({ text }: StoredRecord): number {
  return Buffer.byteLength(text) + LINE_OVERHEAD_BYTES;
}

/** For this user only: payloads are in it. The mode of a file that was there before is changed too, where that is possible. */
async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', PRIVATE_FILE);
  try {
    await file.chmod(PRIVATE_FILE).catch(() => {});
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename durable. Not every platform can open a directory; there the rename is left to its file system. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  try {
    await directory?.sync();
  } finally {
    await directory?.close();
  }
}
