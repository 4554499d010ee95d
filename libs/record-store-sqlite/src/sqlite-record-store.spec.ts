import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { embeddedOptions, RecordDirectories } from './testing/record-directories.js';
import { describeRecordStoreContract, recordsToStore, recordToStore, STORED_AT_MS } from '@sluice/record-store/testing';
import { SqliteRecordStore } from './sqlite-record-store.js';

const directories = new RecordDirectories();
const stores: SqliteRecordStore[] = [];

function open(directory: string, traits: { url?: string; expireAfterSeconds?: number } = {}): SqliteRecordStore {
  const store = new SqliteRecordStore({ ...embeddedOptions(directory), ...traits });
  stores.push(store);
  return store;
}

afterEach(() => Promise.all(stores.splice(0).map((store) => store.close())));
afterAll(() => directories.remove());

describeRecordStoreContract(
  'SqliteRecordStore',
  async () => new SqliteRecordStore(embeddedOptions(directories.create())),
);

describe('SqliteRecordStore', () => {
  it('Records stay from one process to the next', async () => {
    const directory = directories.create();
    const first = open(directory);
    await first.writer.write([recordToStore()], STORED_AT_MS);
    await first.close();
    expect(await open(directory).reader.find('dev-2', 'r-1')).toMatchObject({ record_id: 'r-1' });
  });

  it('The directory in the URL is created, in either form of the URL', async () => {
    const directory = directories.create();
    await open(directory, { url: `file:${join(directory, 'a', 'b')}` }).prepare();
    const again = open(directory, { url: pathToFileURL(join(directory, 'a', 'b')).href });
    await expect(again.prepare()).rejects.toThrow(/another process uses it/);
  });

  it('Calls that were made before the closing are finished', async () => {
    const directory = directories.create();
    const store = open(directory);
    const writing = store.writer.write(recordsToStore(1_000), STORED_AT_MS);
    await store.close();
    expect(new Set((await writing).map(({ status }) => status))).toEqual(new Set(['stored']));
    expect((await open(directory).reader.page({}, 1_000)).records).toHaveLength(1_000);
  });

  it('No other process can use the file until it is closed, and the error says what to do', async () => {
    const directory = directories.create();
    const [first, second] = [open(directory), open(directory)];
    await first.prepare();
    await expect(second.prepare()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/records\.db: another process uses it: stop that one, or give this one another/),
    });
    await first.close();
    await expect(second.prepare()).resolves.toBeUndefined();
  });

  it('A file that is not a database is refused and not changed', async () => {
    const directory = directories.create();
    const file = join(directory, 'records.db');
    writeFileSync(file, 'not a database '.repeat(100));
    const refusal = { code: 'unavailable', message: expect.stringMatching(/records\.db: it is not a database: move/) };
    await expect(open(directory).prepare()).rejects.toMatchObject(refusal);
    expect(readFileSync(file, 'utf8')).toBe('not a database '.repeat(100));
  });

  it('A file of another version is refused', async () => {
    const directory = directories.create();
    const database = new DatabaseSync(join(directory, 'records.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expect(open(directory).prepare()).rejects.toThrow(/has format 99 .* a newer release of Sluice/);
  });

  it('Only records that were received before an instant are removed', async () => {
    const store = open(directories.create(), { expireAfterSeconds: 60 });
    const old = recordsToStore(2_500, { receivedAt: '2025-09-09T17:00:00.000Z' });
    const kept = recordToStore({ deviceId: 'kept', receivedAt: '2025-09-09T17:00:01.000Z' });
    await store.writer.write([...old, kept], STORED_AT_MS);
    await store.removeReceivedBefore(Date.parse('2025-09-09T17:00:01.000Z'));
    expect((await store.reader.page({}, 1_000)).records.map(({ device_id }) => device_id)).toEqual(['kept']);
  });
});
