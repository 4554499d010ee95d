import { isDeepStrictEqual } from 'node:util';
import { readExactJson } from '@sluice/contracts';
import {
  type RecordToStore,
  type RecordWriter,
  type WriteOutcome,
  isSameTime,
  outcomeOfRepeat,
} from '@sluice/record-store';
import { toColumns, type FirstRow, type RowColumns } from './record-row.js';
import type { RecordThreadClient } from './record-thread-client.js';

/** One write is one transaction: all of it is durable, or none of it. */
export class SqliteRecordWriter implements RecordWriter {
  constructor(private readonly thread: RecordThreadClient) {}

  async write(records: readonly RecordToStore[], storedAtMs: number): Promise<WriteOutcome[]> {
    const columns = toColumns(records, storedAtMs);
    const outcomes: WriteOutcome[] = records.map(() => STORED);
    for (const [index, first] of await this.thread.call('insert', columns))
      outcomes[index] = outcomeOfRow(columns, index, first);
    return outcomes;
  }
}

const STORED: WriteOutcome = { status: 'stored' };

function outcomeOfRow(
  { timestamp_text, timestamp_source, payload }: RowColumns,
  index: number,
  first: FirstRow,
): WriteOutcome {
  const time = { timestamp_text: timestamp_text[index]!, timestamp_source: timestamp_source[index]! };
  return outcomeOfRepeat(isSameTime(time, first), () => isSamePayload(payload[index]!, first.payload));
}

function isSamePayload(text: string, first: string): boolean {
  return text === first || isDeepStrictEqual(readExactJson(text), readExactJson(first));
}
