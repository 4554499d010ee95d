import { cpSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { embeddedOptions, RecordDirectories } from './testing/record-directories.js';
import { recordsToStore, STORED_AT_MS } from '@sluice/record-store/testing';
import { SqliteRecordStore } from './sqlite-record-store.js';

const directories = new RecordDirectories();
afterAll(() => directories.remove());

describe('An embedded record store whose files are touched while it is open', () => {
  const batch = recordsToStore(3);
  let directory: string;
  let file: string;
  let store: SqliteRecordStore;
  let lines: string[];
  let signal: PromiseWithResolvers<void>;

  beforeEach(async () => {
    directory = join(directories.create(), 'data');
    file = join(directory, 'records.db');
    lines = [];
    store = open(directory);
    await store.writer.write(batch.slice(0, 1), STORED_AT_MS);
  });
  afterEach(async () => {
    await store.close();
    jest.useRealTimers();
  });

  it.each([
    ['the directory is moved', () => renameSync(directory, `${directory}-elsewhere`)],
    ['all files are deleted', () => deleteAll()],
    ['only the database is deleted', () => rmSync(file)],
  ])('The store is unavailable for writers and readers once %s', async (_, harm) => {
    harm();
    const moved = {
      code: 'unavailable',
      trouble: { code: 'file-moved' },
      message: expect.stringMatching(/Put the same file/),
    };
    await expect(store.writer.write(batch, STORED_AT_MS)).rejects.toMatchObject(moved);
    await expect(store.reader.page({}, 10)).rejects.toMatchObject(moved);
    await expect(store.ping()).rejects.toMatchObject(moved);
    expect(lines).toEqual([expect.stringMatching(/^warn .*records\.db: it was moved or deleted.*restart the process/)]);
  });

  it('The store continues when the directory is put back', async () => {
    renameSync(directory, `${directory}-elsewhere`);
    await expect(store.ping()).rejects.toMatchObject({ trouble: { code: 'file-moved' } });
    renameSync(`${directory}-elsewhere`, directory);
    await store.writer.write(batch, STORED_AT_MS);
    expect(lines).toEqual([expect.stringContaining('moved'), 'info The record store answers again.']);
    expect(await storedAfterCrash()).toBe(3);
  });

  it('A restored file at the same path is left alone, and a restart is requested', async () => {
    await store.close();
    cpSync(file, `${file}.restored`);
    store = open(directory);
    await store.writer.write(batch, STORED_AT_MS);
    renameSync(`${file}.restored`, file);
    const replaced = { trouble: { code: 'file-replaced', sentence: expect.stringMatching(/Restart/) } };
    await expect(store.writer.write(batch, STORED_AT_MS)).rejects.toMatchObject(replaced);
    expect(statSync(`${file}-wal`).size).toBe(0);
    expect(await storedAfterCrash()).toBe(1);
  });

  it('A deleted write-ahead log is created again, and no stored record is lost', async () => {
    rmSync(`${file}-wal`);
    await store.writer.write(batch, STORED_AT_MS);
    expect(lines).toEqual([expect.stringMatching(/-wal was deleted.*no record is lost/)]);
    expect(await storedAfterCrash()).toBe(3);
  });

  it('A foreign write-ahead log is kept beside the one in use', async () => {
    writeFileSync(`${file}-other`, 'not ours');
    renameSync(`${file}-other`, `${file}-wal`);
    await store.writer.write(batch, STORED_AT_MS);
    const found = readdirSync(directory).find((name) => name.includes('.found-'));
    expect(readFileSync(join(directory, found!), 'utf8')).toBe('not ours');
    expect(await storedAfterCrash()).toBe(3);
  });

  it('A deleted file is detected although nothing is written or read', async () => {
    await store.close();
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'setTimeout', 'clearTimeout'] });
    store = open(directory);
    await store.ping();
    deleteAll();
    jest.advanceTimersByTime(1000);
    await signal.promise;
    expect(lines).toEqual([expect.stringMatching(/^warn .*moved or deleted/)]);
  });

  it('Only its user can read the file, whatever the umask', async () => {
    const umask = process.umask(0);
    try {
      const outer = join(directories.create(), 'data');
      const other = open(outer);
      await other.writer.write(batch, STORED_AT_MS);
      const names = ['.', 'records.db', 'records.db-wal'];
      expect(names.map((name) => statSync(join(outer, name)).mode & 0o777)).toEqual([0o700, 0o600, 0o600]);
      await other.close();
    } finally {
      process.umask(umask);
    }
  });

  function open(where: string): SqliteRecordStore {
    signal = Promise.withResolvers();
    const log = (level: string, line: string): void => {
      lines.push(`${level} ${line}`);
      signal.resolve();
    };
    return new SqliteRecordStore({ ...embeddedOptions(where), logger: log });
  }

  function deleteAll(): void {
    for (const name of readdirSync(directory)) rmSync(join(directory, name));
  }

  /** The files that a process finds when it starts after this one was killed. */
  async function storedAfterCrash(): Promise<number> {
    const copy = join(directories.create(), 'copy');
    cpSync(directory, copy, { recursive: true });
    const restarted = new SqliteRecordStore(embeddedOptions(copy));
    const { records } = await restarted.reader.page({}, 100);
    await restarted.close();
    return records.length;
  }
});
