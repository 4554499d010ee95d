import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { RecordCursor, RecordPage } from '@sluice/record-store';
import { embeddedOptions, RecordDirectories } from './testing/record-directories.js';
import { SqliteRecordStore } from './sqlite-record-store.js';

jest.setTimeout(60_000);

const WRITING_PROCESS = join(import.meta.dirname, 'testing', 'writing-process.ts');
const BATCH_RECORDS = 20;

const directories = new RecordDirectories();
const children: ChildProcess[] = [];

afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));
afterAll(() => directories.remove());

describe('A process that writes records', () => {
  it('The process may be killed at any moment: each acknowledged record is there once, and no batch in part', async () => {
    const directory = directories.create();
    let confirmed = 0;
    for (const confirmations of [1, 7, 60, 150]) {
      confirmed = await writeUntilKilled(directory, confirmed + 1, confirmations);
      const stored = await recordsOfBatches(directory);
      expect([...stored.keys()].sort((a, b) => a - b).slice(0, confirmed)).toEqual(upTo(confirmed));
      expect(new Set(stored.values())).toEqual(new Set([BATCH_RECORDS]));
    }
    expect(confirmed).toBeGreaterThanOrEqual(218);
  });

  it('The process has the file to itself until it ends', async () => {
    const directory = directories.create();
    const child = start(directory, 1);
    await once(child.stdout!, 'data');
    const refused = new SqliteRecordStore(embeddedOptions(directory));
    await expect(refused.prepare()).rejects.toThrow(/another process uses it/);
    await refused.close();
    child.kill('SIGKILL');
    await once(child, 'close');
    const taken = new SqliteRecordStore(embeddedOptions(directory));
    await expect(taken.prepare()).resolves.toBeUndefined();
    await taken.close();
  });
});

function start(directory: string, firstBatch: number): ChildProcess {
  const child = spawn(process.execPath, [WRITING_PROCESS, join(directory, 'records.db'), `${firstBatch}`], {
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

/** Kills the process once it has acknowledged this many batches, whatever it is doing then; resolves with the last one. */
async function writeUntilKilled(directory: string, firstBatch: number, confirmations: number): Promise<number> {
  const child = start(directory, firstBatch);
  let output = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > confirmations) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  return Number(output.split('\n').at(-2));
}

/** How many records of each batch are stored. */
async function recordsOfBatches(directory: string): Promise<Map<number, number>> {
  const store = new SqliteRecordStore(embeddedOptions(directory));
  const counts = new Map<number, number>();
  let after: RecordCursor | undefined;
  do {
    const page: RecordPage = await store.reader.page({}, 1_000, after);
    for (const { data_payload } of page.records) {
      const batch = data_payload['batch'] as number;
      counts.set(batch, (counts.get(batch) ?? 0) + 1);
    }
    after = page.next;
  } while (after !== undefined);
  await store.close();
  return counts;
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
