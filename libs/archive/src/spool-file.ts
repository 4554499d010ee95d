import { randomUUID } from 'node:crypto';
import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ArchiveError, asArchiveError } from './archive-error.js';

const NO_SPACE: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT']);
const NO_RIGHT: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'EROFS']);

const CHUNK_BYTES = 1024 * 1024;

/**
 * A file that is filled while its object is open. It has no name: it is removed from its directory when it is made, so that the
 * system frees it when it is closed, also when the process is killed.
 */
export class SpoolFile {
  #bytes = 0;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly handle: FileHandle,
    private readonly directory: string,
  ) {}

  /** @throws ArchiveError */
  static async open(directory: string): Promise<SpoolFile> {
    try {
      await mkdir(directory, { recursive: true });
      const path = join(directory, `sluice-archive-${randomUUID()}.tmp`);
      const handle = await open(path, 'wx+', 0o600);
      await unlink(path);
      return new SpoolFile(handle, directory);
    } catch (error) {
      throw spoolError(error, directory);
    }
  }

  /** That were written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends; calls are carried out one after the other. @throws ArchiveError */
  append(bytes: Uint8Array): Promise<void> {
    const at = this.#bytes;
    this.#bytes += bytes.length;
    const write = this.#writing.then(() => this.writeAt(bytes, at));
    this.#writing = write.catch(() => undefined);
    return write;
  }

  /** @param end first byte that is not returned */
  async slice(start: number, end: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(end - start);
    const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, start);
    return buffer.subarray(0, bytesRead);
  }

  /** All of it, from the first byte on. May be called again. */
  async *chunks(): AsyncGenerator<Buffer, void, undefined> {
    for (let at = 0; at < this.#bytes;) {
      const chunk = await this.slice(at, Math.min(at + CHUNK_BYTES, this.#bytes));
      yield chunk;
      at += chunk.length;
    }
  }

  /** Fills an empty file with all of a stream. */
  async fill(source: Readable): Promise<void> {
    for await (const chunk of source) await this.append(chunk as Buffer);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#writing;
    await this.handle.close().catch(() => undefined);
  }

  private async writeAt(bytes: Uint8Array, at: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        done += (await this.handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      }
    } catch (error) {
      throw spoolError(error, this.directory);
    }
  }
}

/** The one sentence for a directory that cannot be written. */
export function directoryError(error: unknown, directory: string, setting: string): ArchiveError {
  const { code } = error as NodeJS.ErrnoException;
  const cause = { cause: error };
  if (NO_SPACE.has(code))
    return new ArchiveError('full', `The disk of ${directory} is full (${setting}): free some space.`, cause);
  if (NO_RIGHT.has(code)) {
    const advice = `give the user of this process the right to write, or change ${setting}`;
    return new ArchiveError('denied', `The directory ${directory} must not be written (${code}): ${advice}.`, cause);
  }
  return asArchiveError(error);
}

function spoolError(error: unknown, directory: string): ArchiveError {
  return directoryError(error, directory, 'ARCHIVE_SPOOL_DIR');
}
