import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteEventLog } from '@sluice/event-log-sqlite';
import { SqliteRecordStore } from '@sluice/record-store-sqlite';
import { ROOT, until } from '@sluice/test-kit';

const MAIN = join(ROOT, 'dist/apps/operator/main.js');
const STOPPED = 'Stopped; no files are left.';
const roots: string[] = [];
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-interrupted-'));
  roots.push(root);
});
afterAll(() => roots.forEach((path) => rmSync(path, { recursive: true })));

const data = () => join(root, 'data');
const copy = () => join(root, 'copy');

interface Run {
  program: ChildProcess;
  notes: () => string;
  ended: Promise<{ code: number | null; notes: string }>;
}

/** Starts `sluice <args>` with the data of the test. */
function start(args: string): Run {
  const env = { PATH: process.env['PATH'], DATA_DIR: data() };
  const program = spawn(process.execPath, [MAIN, ...args.split(' ')], { cwd: root, env });
  let notes = '';
  program.stderr.on('data', (part: Buffer) => (notes += part.toString()));
  const { promise: ended, resolve } = Promise.withResolvers<{ code: number | null; notes: string }>();
  program.once('close', (code) => resolve({ code, notes: notes.trimEnd() }));
  return { program, notes: () => notes, ended };
}

const run = (args: string) => start(args).ended;

/** Starts the command, and sends the signal once the condition holds. */
async function interrupt(
  args: string,
  when: (run: Run) => boolean,
  signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL' = 'SIGINT',
) {
  const started = start(args);
  const hasEnded = () => started.program.exitCode !== null;
  await until('the command is at work', () => when(started) || hasEnded());
  started.program.kill(signal);
  return started.ended;
}

/** The files of a stopped service with so many records. */
async function makeData(records: number, directory = data()): Promise<void> {
  mkdirSync(directory);
  const options = { url: `file:${directory}`, clientId: 'suite' };
  const log = new SqliteEventLog({ ...options, publishTimeoutMs: 10_000, commitTimeoutMs: 10_000 });
  await log.createTopics(['ingest.events', 'ingest.dead-letters'].map((name) => ({ name, partitions: 2 })));
  await log.close();
  const store = new SqliteRecordStore({ ...options, timeoutMs: 10_000 });
  await store.prepare();
  for (let first = 0; first < records; first += 500) {
    const events = Array.from({ length: Math.min(500, records - first) }, (_, index) => ({
      event: {
        record_id: `r-${first + index}`,
        device_id: 'dev-2',
        timestamp: '2025-09-09T17:00:00Z',
        received_at: '2025-09-09T17:00:01.000Z',
        data_payload: { text: 'x'.repeat(500) },
      },
      source: { partition: 0, offset: first + index },
    }));
    await store.writer.write(events, first);
  }
  await store.close();
}

describe('Ctrl-C', () => {
  it('Ctrl-C during a backup of a running service leaves no files, and the next backup succeeds', async () => {
    await makeData(10);
    const partial = `${copy()}.partial`;
    // Like a service that has copied the first file and is at work on the next one.
    const service = createServer(() => writeFileSync(join(partial, 'event-log.db'), 'half a copy'));
    await new Promise<void>((resolve) => service.listen(join(data(), 'operator.sock'), resolve));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const hasBegun = () => existsSync(join(partial, 'event-log.db'));
      const stopped = await interrupt(`backup --to ${copy()}`, hasBegun, signal);
      expect(stopped).toEqual({ code: 1, notes: `backup: ${STOPPED}` });
      expect(readdirSync(root)).toEqual(['data']);
    }
    expect((await run(`verify --from ${copy()}`)).notes).toBe(`verify: ${copy()} does not exist.`);
    service.closeAllConnections();
    await new Promise((resolve) => service.close(resolve));
    expect((await run(`backup --to ${copy()}`)).code).toBe(0);
    expect((await run(`verify --from ${copy()}`)).code).toBe(0);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'Ctrl-C or %s during a backup of a stopped service leaves either a complete backup or one that verify refuses',
    async (signal) => {
      await makeData(5_000);
      const moments = ['', 'event-log.db', 'records.db'].map((file) => join(`${copy()}.partial`, file));
      for (const moment of moments) {
        const { code, notes } = await interrupt(`backup --to ${copy()}`, () => existsSync(moment), signal);
        const isComplete = existsSync(copy());
        if (signal === 'SIGINT' && !isComplete)
          expect({ code, notes }).toEqual({ code: 1, notes: `backup: ${STOPPED}` });
        if (signal === 'SIGINT') expect(existsSync(`${copy()}.partial`)).toBe(false);
        else expect((await run(`verify --from ${copy()}.partial`)).code).toBe(1);
        expect((await run(`verify --from ${copy()}`)).code).toBe(isComplete ? 0 : 1);
        rmSync(copy(), { recursive: true, force: true });
      }
      expect((await run(`backup --to ${copy()}`)).code).toBe(0);
      expect((await run(`verify --from ${copy()}`)).code).toBe(0);
      expect(readdirSync(root).toSorted()).toEqual(['copy', 'data']);
    },
  );

  it('Ctrl-C during a restore changes nothing before the files are swapped, and the next restore succeeds', async () => {
    await makeData(5_000);
    expect((await run(`backup --to ${copy()}`)).code).toBe(0);
    const before = readdirSync(data()).toSorted();
    const staged = () => existsSync(join(data(), 'event-log.db.restored'));
    const { code, notes } = await interrupt(`restore --from ${copy()} --replace`, staged);
    if (code === 1) {
      expect(notes).toBe('restore: Stopped; nothing was changed. Run it again to restore.');
      expect(readdirSync(data()).toSorted()).toEqual(before);
    } else expect(code).toBe(0);
    expect((await run(`restore --from ${copy()} --replace`)).code).toBe(0);
    expect((await run('verify')).code).toBe(0);
  });

  it('Ctrl-C during a move stops it, and the next run moves the rest', async () => {
    await makeData(5_000);
    const other = `file:${join(root, 'other')}`;
    const move = `move --from ${data()} --record-store ${other} --event-log ${other}`;
    const { code, notes } = await interrupt(move, (started) => started.notes().includes('records'));
    if (code !== 0) {
      expect(code).toBe(1);
      expect(notes.split('\n').at(-1)).toBe('move: Stopped; run it again to go on.');
    }
    const again = await run(move);
    expect(again).toMatchObject({ code: 0 });
  });
});
