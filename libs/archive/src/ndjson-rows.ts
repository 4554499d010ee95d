import { once } from 'node:events';
import { crc32, createDeflateRaw, type DeflateRaw } from 'node:zlib';
import { timeOf, type EventTime } from '@sluice/contracts';
import type { ArchivedRow } from './archived-row.js';
import type { RowWriter } from './row-writer.js';
import type { SpoolFile } from './spool-file.js';

const FLUSH_BYTES = 256 * 1024;
const LEVEL = 1;
/** Compressed bytes come in chunks of this size; with small ones, each flush costs several turns and writes. */
const CHUNK_BYTES = 64 * 1024;

/** RFC 1952: deflate, the flag of a file name, no time, unknown system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 255]);

/** One row, one line of JSON, without its line break. Times are RFC 3339, in which nothing has to be escaped. */
function lineOf(row: ArchivedRow): string {
  const { device_id, record_id, timestamp, received_at, data_payload, offset, timestamp_source } = row;
  const ids = `{"device_id":${JSON.stringify(device_id)},"record_id":${JSON.stringify(record_id)},"timestamp":"${timestamp}"`;
  const source = timestamp_source === undefined ? '' : `,${JSON.stringify(originOf(row)).slice(1, -1)}`;
  return `${ids}${source},"received_at":"${received_at}","data_payload":${data_payload},"offset":${offset}}`;
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
  #lines: string[] = [];
  #buffered = 0;
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
    return this.#buffered;
  }

  add(row: ArchivedRow): void {
    const line = lineOf(row);
    this.#lines.push(line);
    this.#buffered += line.length + 1;
  }

  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#lines.length === 0) return;
    const bytes = Buffer.from(`${this.#lines.join('\n')}\n`);
    this.#lines = [];
    this.#buffered = 0;
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

  private async copyOut(header: Buffer): Promise<void> {
    await this.file.append(header);
    for await (const chunk of this.#deflate) await this.file.append(chunk as Buffer);
  }
}
