import { once } from 'node:events';
import { crc32, createDeflateRaw, type DeflateRaw } from 'node:zlib';
import { timeOf, type EventTime } from '@sluice/contracts';
import type { ArchivedRow } from './archived-row.js';
import { PlainRow } from './plain-row.js';
import type { RowWriter } from './row-writer.js';
import type { SpoolFile } from './spool-file.js';

const FLUSH_BYTES = 256 * 1024;
/** Room for the lines at first. It doubles; most lines fit into the room behind the last doubling. */
const FIRST_BYTES = 32 * 1024;
const MOST_BYTES = FLUSH_BYTES + 16 * 1024;
const LEVEL = 1;
/** Compressed bytes come in chunks of this size; with small ones, each flush costs several turns and writes. */
const CHUNK_BYTES = 64 * 1024;

/** RFC 1952: deflate, the flag of a file name, no time, unknown system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 255]);

/** One row, one line of JSON. Times are RFC 3339, in which nothing has to be escaped. */
function lineOf(row: ArchivedRow): string {
  const { device_id, record_id, timestamp, received_at, data_payload, offset, timestamp_source } = row;
  const ids = `{"device_id":${JSON.stringify(device_id)},"record_id":${JSON.stringify(record_id)},"timestamp":"${timestamp}"`;
  const source = timestamp_source === undefined ? '' : `,${JSON.stringify(originOf(row)).slice(1, -1)}`;
  return `${ids}${source},"received_at":"${received_at}","data_payload":${data_payload},"offset":${offset}}\n`;
}

function originOf(row: ArchivedRow): Partial<EventTime> {
  const { timestamp_sent, timestamp_source } = timeOf(row);
  return { ...(timestamp_sent !== undefined && { timestamp_sent }), ...(timestamp_source && { timestamp_source }) };
}

/** NDJSON in one gzip member, whose file name is the id of its writer. */
export class NdjsonRows implements RowWriter {
  readonly flushBytes = FLUSH_BYTES;
  readonly #deflate: DeflateRaw = createDeflateRaw({ level: LEVEL, chunkSize: CHUNK_BYTES });
  readonly #written: Promise<void>;
  #lines = Buffer.alloc(0);
  #linesEnd = 0;
  #crc = 0;
  #size = 0;
  #failure: unknown;

  constructor(
    private readonly file: SpoolFile,
    writerId: string,
  ) {
    const header = Buffer.concat([HEADER, Buffer.from(`${writerId}.ndjson\0`, 'latin1')]);
    this.#written = this.copyOut(header);
    this.#written.catch((error: unknown) => {
      this.#failure = error;
      this.#deflate.destroy();
    });
  }

  get bufferedBytes(): number {
    return this.#linesEnd;
  }

  add(row: ArchivedRow): void {
    if (row instanceof PlainRow) {
      this.makeRoom(row.lineBytes);
      this.#linesEnd = row.writeLine(this.#lines, this.#linesEnd);
      return;
    }
    const line = lineOf(row);
    this.makeRoom(Buffer.byteLength(line));
    this.#linesEnd += this.#lines.write(line, this.#linesEnd);
  }

  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#linesEnd === 0) return;
    const bytes = this.#lines.subarray(0, this.#linesEnd);
    this.#lines = Buffer.alloc(0);
    this.#linesEnd = 0;
    this.#crc = crc32(bytes, this.#crc);
    this.#size += bytes.length;
    if (!this.#deflate.write(bytes)) await Promise.race([once(this.#deflate, 'drain'), this.#written]);
  }

  async finish(): Promise<void> {
    await this.flush();
    this.#deflate.end();
    await this.#written;
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(this.#crc, 0);
    trailer.writeUInt32LE(this.#size % 2 ** 32, 4);
    await this.file.append(trailer);
  }

  discard(): void {
    this.#deflate.destroy();
  }

  private makeRoom(bytes: number): void {
    const least = this.#linesEnd + bytes;
    if (least <= this.#lines.length) return;
    const doubled = Math.max(FIRST_BYTES, Math.min(2 * this.#lines.length, MOST_BYTES));
    const larger = Buffer.allocUnsafeSlow(Math.max(least, doubled));
    this.#lines.copy(larger, 0, 0, this.#linesEnd);
    this.#lines = larger;
  }

  private async copyOut(header: Buffer): Promise<void> {
    await this.file.append(header);
    for await (const chunk of this.#deflate) await this.file.append(chunk as Buffer);
  }
}
