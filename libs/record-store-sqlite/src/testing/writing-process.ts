/**
 * Writes batch after batch into a records file and prints the number of each durable batch, until it is killed. Node runs it
 * without compilation: `node writing-process.ts <file> <first batch>`.
 */
import { Worker } from 'node:worker_threads';
import type { RecordAnswer, RowColumns } from '../record-row.js';

/** Records of batch 7 have the keys `killed/7-0` to `killed/7-19`. */
const BATCH_RECORDS = 20;

const [file, firstBatch] = process.argv.slice(2);
const thread = new Worker(new URL('../record-thread.ts', import.meta.url), {
  workerData: { file },
});
thread.on('message', (answer: RecordAnswer) => {
  if ('failure' in answer) throw new Error(answer.failure.message);
  process.stdout.write(`${answer.id}\n`);
  insertBatch(answer.id + 1);
});
insertBatch(Number(firstBatch));

function insertBatch(batch: number): void {
  thread.postMessage({ id: batch, call: 'insert', argument: columnsOf(batch) });
}

function columnsOf(batch: number): RowColumns {
  const indexes = Array.from({ length: BATCH_RECORDS }, (_, index) => index);
  return {
    stored_at_ms: batch,
    key: indexes.map((index) => `killed/${batch}-${index}`),
    device_id: indexes.map(() => 'killed'),
    minus_timestamp_ms: Float64Array.from(indexes, (index) => -(batch * BATCH_RECORDS + index)),
    timestamp_text: indexes.map(() => '2025-09-09T17:00:00Z'),
    timestamp_sent: indexes.map(() => null),
    timestamp_source: indexes.map(() => null),
    received_at_ms: Float64Array.from(indexes, () => batch),
    payload: indexes.map((index) => JSON.stringify({ batch, index })),
    source_partition: Int32Array.from(indexes, () => 0),
    source_offset: Float64Array.from(indexes),
  };
}
