import { isDeepStrictEqual } from 'node:util';
import { readExactJson } from '@sluice/contracts';
import {
  type RecordToStore,
  type RecordWriter,
  type WriteOutcome,
  isSameTime,
  outcomeOfRepeat,
} from '@sluice/record-store';
import { toRow, type FirstRow } from './record-row.js';
import type { RecordThreadClient } from './record-thread-client.js';

/** One write is one transaction: all of it is durable, or none of it. */
export class SqliteRecordWriter implements RecordWriter {
  constructor(private readonly thread: RecordThreadClient) {}

  async write(records: readonly RecordToStore[], storedAtMs: number): Promise<WriteOutcome[]> {
    const rows = records.map((record) => toRow(record, storedAtMs));
    const firsts = await this.thread.call('insert', rows);
    return rows.map((row, index) => outcomeOf(row, firsts[index]!));
  }
}

function outcomeOf(row: FirstRow, first: FirstRow | null): WriteOutcome {
  if (first === null) return { status: 'stored' };
  return outcomeOfRepeat(isSameTime(row, first), () => isSamePayload(row.payload, first.payload));
}

function isSamePayload(text: string, first: string): boolean {
  return text === first || isDeepStrictEqual(readExactJson(text), readExactJson(first));
}
