import type { LogEntry } from '@sluice/event-log';
import type { BatchCodec } from './compression.js';
import { crc32c } from './crc32c.js';

/**
 * Kafka's record batch, magic 2: https://kafka.apache.org/documentation/#recordbatch
 *
 * ```
 * baseOffset int64 | batchLength int32 | partitionLeaderEpoch int32 | magic int8 | crc uint32 | attributes int16 |
 * lastOffsetDelta int32 | baseTimestamp int64 | maxTimestamp int64 | producerId int64 | producerEpoch int16 |
 * baseSequence int32 | count int32 | records
 * ```
 */
export const LENGTH_AT = 8;
export const MAGIC_AT = 16;
const CRC_AT = 17;
export const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_AT = 43;
const COUNT_AT = 57;
export const HEAD_BYTES = 61;
const MAGIC = 2;
/** Of producerId, producerEpoch and baseSequence: the producer is not idempotent. */
const NO_PRODUCER = 0xff;

/** Upper bound for the lengths and deltas of one record, headers aside: five varints of 5 bytes and one of 8, and a byte of attributes. */
const RECORD_OVERHEAD_BYTES = 34;

/** @returns an upper bound for the size of the batch, in bytes */
export function maxBatchBytes(entries: readonly LogEntry[]): number {
  let bytes = HEAD_BYTES;
  for (const entry of entries) bytes += maxRecordBytes(entry);
  return bytes;
}

/** @returns an upper bound for what an entry takes in a batch, in bytes */
export function maxRecordBytes({ key, value, headers }: LogEntry): number {
  return RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0) + encodedHeaders(headers).length;
}

/**
 * Writes the batch of the entries into `target` from `start` on.
 *
 * @param entries at least one
 * @param target has room for {@link maxBatchBytes}
 * @returns where the batch ends
 */
export function writeRecordBatch(entries: readonly LogEntry[], target: Buffer, start: number): number {
  const baseMs = entries[0]!.timestampMs;
  let [at, maxMs] = [start + HEAD_BYTES, baseMs];
  for (let offsetDelta = 0; offsetDelta < entries.length; offsetDelta++) {
    const entry = entries[offsetDelta]!;
    if (entry.timestampMs > maxMs) maxMs = entry.timestampMs;
    at = writeRecord(entry, offsetDelta, entry.timestampMs - baseMs, target, at);
  }
  writeHead(target, start, at, { count: entries.length, baseMs, maxMs });
  return at;
}

/** @returns the batch of the entries with its records compressed */
export async function compressedRecordBatch(entries: readonly LogEntry[], codec: BatchCodec): Promise<Buffer> {
  const plain = Buffer.allocUnsafe(maxBatchBytes(entries));
  const end = writeRecordBatch(entries, plain, 0);
  const records = await codec.compress(plain.subarray(HEAD_BYTES, end));
  const batch = Buffer.concat([plain.subarray(0, HEAD_BYTES), records]);
  batch.writeInt16BE(codec.id, ATTRIBUTES_AT);
  seal(batch, 0, batch.length);
  return batch;
}

function writeHead(
  target: Buffer,
  start: number,
  end: number,
  { count, baseMs, maxMs }: { count: number; baseMs: number; maxMs: number },
): void {
  target.fill(0, start, start + HEAD_BYTES);
  target[start + MAGIC_AT] = MAGIC;
  target.writeInt32BE(count - 1, start + LAST_OFFSET_DELTA_AT);
  target.writeBigInt64BE(BigInt(baseMs), start + BASE_TIMESTAMP_AT);
  target.writeBigInt64BE(BigInt(maxMs), start + MAX_TIMESTAMP_AT);
  target.fill(NO_PRODUCER, start + PRODUCER_AT, start + COUNT_AT);
  target.writeInt32BE(count, start + COUNT_AT);
  seal(target, start, end);
}

/** Writes the parts that depend on the rest: the length and the checksum. */
function seal(target: Buffer, start: number, end: number): void {
  target.writeInt32BE(end - start - LENGTH_AT - 4, start + LENGTH_AT);
  target.writeUInt32BE(crc32c(target, start + ATTRIBUTES_AT, end), start + CRC_AT);
}

/** length varint | attributes int8 | timestampDelta varlong | offsetDelta varint | key | value | headers */
function writeRecord(
  { key, value, headers }: LogEntry,
  offsetDelta: number,
  timestampDelta: number,
  target: Buffer,
  start: number,
): number {
  const headerBytes = encodedHeaders(headers);
  const bytes =
    1 +
    sizeOfNumber(timestampDelta) +
    sizeOfNumber(offsetDelta) +
    sizeOfBytes(key) +
    sizeOfBytes(value) +
    headerBytes.length;
  let at = writeNumber(bytes, target, start);
  target[at++] = 0;
  at = writeNumber(timestampDelta, target, at);
  at = writeNumber(offsetDelta, target, at);
  at = writeBytes(key, target, at);
  at = writeBytes(value, target, at);
  target.set(headerBytes, at);
  return at + headerBytes.length;
}

let lastHeaders: LogEntry['headers'] | undefined;
let lastEncoded: Buffer = Buffer.alloc(0);
const encodings = new WeakMap<LogEntry['headers'], Buffer>();

/** The records of one submission share their headers: each set is encoded once, however often its size is needed. */
function encodedHeaders(headers: LogEntry['headers']): Buffer {
  if (headers === lastHeaders) return lastEncoded;
  let encoded = encodings.get(headers);
  if (encoded === undefined) encodings.set(headers, (encoded = encodeHeaders(Object.entries(headers))));
  lastHeaders = headers;
  lastEncoded = encoded;
  return encoded;
}

/** count varint | name | value, for each */
function encodeHeaders(headers: readonly [name: string, value: string][]): Buffer {
  const texts = headers.flat().map((text) => Buffer.from(text));
  const target = Buffer.alloc(texts.reduce((sum, text) => sum + sizeOfBytes(text), sizeOfNumber(headers.length)));
  let at = writeNumber(headers.length, target, 0);
  for (const text of texts) at = writeBytes(text, target, at);
  return target;
}

/** Nothing has the length -1. */
function sizeOfBytes(bytes: Buffer | null): number {
  return bytes === null ? 1 : sizeOfNumber(bytes.length) + bytes.length;
}

function writeBytes(bytes: Buffer | null, target: Buffer, start: number): number {
  if (bytes === null) return writeNumber(-1, target, start);
  const at = writeNumber(bytes.length, target, start);
  target.set(bytes, at);
  return at + bytes.length;
}

/** Of a zigzag varint, https://protobuf.dev/programming-guides/encoding/#signed-ints */
function sizeOfNumber(value: number): number {
  let rest = zigzag(value);
  let bytes = 1;
  for (; rest > MAX_INT32; bytes++) rest = Math.floor(rest / 0x80);
  for (; rest > 0x7f; bytes++) rest >>>= 7;
  return bytes;
}

function writeNumber(value: number, target: Buffer, start: number): number {
  let rest = zigzag(value);
  let at = start;
  for (; rest > MAX_INT32; rest = Math.floor(rest / 0x80)) target[at++] = (rest % 0x80) | 0x80;
  for (; rest > 0x7f; rest >>>= 7) target[at++] = (rest & 0x7f) | 0x80;
  target[at++] = rest;
  return at;
}

/** Operators on bits cut off what is above. */
const MAX_INT32 = 0x7fffffff;

/** @param value a whole number below 2^52 */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
