import type { LogEntry } from '@sluice/event-log';
import { ATTRIBUTES_AT, HEAD_BYTES, maxBatchBytes, writeRecordBatch } from '../record-batch.js';

export interface BatchMarks {
  attributes?: number;
  producer?: bigint;
  /** Offset of the last record before compaction. */
  lastOffset?: number;
}

/** A record batch as a broker sends it; the checksum is not updated. */
export function batchBytes(baseOffset: number, entries: readonly LogEntry[], marks: BatchMarks = {}): Buffer {
  const target = Buffer.alloc(maxBatchBytes(entries));
  return marked(target.subarray(0, writeRecordBatch(entries, target, 0)), baseOffset, marks);
}

/** Sets what a broker, or a transaction, sets in a batch. */
export function marked(bytes: Buffer, baseOffset: number, { attributes, producer, lastOffset }: BatchMarks): Buffer {
  bytes.writeBigInt64BE(BigInt(baseOffset), 0);
  if (attributes !== undefined) bytes.writeInt16BE(attributes, ATTRIBUTES_AT);
  if (producer !== undefined) bytes.writeBigInt64BE(producer, HEAD_BYTES - 18);
  if (lastOffset !== undefined) bytes.writeInt32BE(lastOffset - baseOffset, ATTRIBUTES_AT + 2);
  return bytes;
}

export interface FetchedBytes {
  partition: number;
  batches: Buffer;
  aborted?: readonly { producer: bigint; firstOffset: number }[];
}

/** The answer to a fetch of the topic `events`, after its correlation id. */
export function fetchBytes(version: number, partitions: readonly FetchedBytes[]): Buffer {
  const session = version < 7 ? [] : [int16(0), int32(0)];
  const name = Buffer.from('events');
  const head = [int32(0), ...session, int32(1), int16(name.length), name, int32(partitions.length)];
  return Buffer.concat([...head, ...partitions.flatMap((one) => partitionBytes(version, one))]);
}

function partitionBytes(version: number, { partition, batches, aborted = [] }: FetchedBytes): Buffer[] {
  const logStart = version < 5 ? [] : [int64(0n)];
  const transactions = aborted.flatMap(({ producer, firstOffset }) => [int64(producer), int64(BigInt(firstOffset))]);
  const replica = version < 11 ? [] : [int32(-1)];
  const offsets = [int64(100n), int64(100n), ...logStart];
  const end = [int32(aborted.length), ...transactions, ...replica, int32(batches.length), batches];
  return [int32(partition), int16(0), ...offsets, ...end];
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}
