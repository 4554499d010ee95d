import type { Batch } from 'kafkajs';
import type { LogEntry } from '@sluice/event-log';
import type { FetchedBatch } from '../fetched-records.js';
import { HEAD_BYTES, maxBatchBytes, writeRecordBatch } from '../record-batch.js';

/** A batch as KafkaJS passes it on: records with the values `a0`, `a1`, ... at these offsets, each in a separate record batch. */
export function batchOf(offsets: readonly number[], more: { partition?: number; fetchedOffset?: number } = {}): Batch {
  const { partition = 0, fetchedOffset = offsets[0] } = more;
  return {
    topic: 'events',
    partition,
    fetchedOffset: String(fetchedOffset),
    messages: offsets.map((offset) => ({ batch: fetchedBatch([entryAt(offset)], offset) })),
    lastOffset: () => String(offsets.at(-1)),
  } as unknown as Batch;
}

function fetchedBatch(entries: readonly LogEntry[], baseOffset: number): FetchedBatch {
  const target = Buffer.alloc(maxBatchBytes(entries));
  const records = target.subarray(HEAD_BYTES, writeRecordBatch(entries, target, 0));
  const lastOffset = baseOffset + entries.length - 1;
  const times = { baseTimestampMs: entries[0]!.timestampMs, appendTimeMs: undefined };
  return { baseOffset, lastOffset, ...times, count: entries.length, records };
}

export function entryAt(offset: number, headers: LogEntry['headers'] = {}): LogEntry {
  return { key: null, value: Buffer.from(`a${offset}`), headers, timestampMs: 1000 };
}
