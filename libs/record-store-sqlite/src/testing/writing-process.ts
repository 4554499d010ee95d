/**
 * Writes batch after batch into a records file and prints the number of each durable batch, until it is killed. Node runs it
 * without compilation: `node writing-process.ts <file> <first batch>`.
 */
import { Worker } from 'node:worker_threads';
import type { RecordAnswer, RecordRow } from '../record-row.js';

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
  const rows = Array.from({ length: BATCH_RECORDS }, (_, index) => rowOf(batch, index));
  thread.postMessage({ id: batch, call: 'insert', argument: rows });
}

function rowOf(batch: number, index: number): RecordRow {
  return {
    key: `killed/${batch}-${index}`,
    device_id: 'killed',
    minus_timestamp_ms: -(batch * BATCH_RECORDS + index),
    timestamp_sent: null,
    timestamp_source: null,
    timestamp_text: '2025-09-09T17:00:00Z',
    received_at_ms: batch,
    stored_at_ms: batch,
    payload: JSON.stringify({ batch, index }),
    source_partition: 0,
    source_offset: index,
  };
}
