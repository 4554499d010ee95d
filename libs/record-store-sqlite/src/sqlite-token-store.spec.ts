import { afterAll, describe, expect, it } from '@jest/globals';
import { cpSync, existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { embeddedOptions, RecordDirectories } from './testing/record-directories.js';
import { describeTokenStoreContract } from '@sluice/record-store/testing';
import { SqliteTokenStore } from './sqlite-token-store.js';

const directories = new RecordDirectories();
afterAll(() => directories.remove());

describeTokenStoreContract('SqliteTokenStore', async () => {
  const options = embeddedOptions(directories.create());
  return [new SqliteTokenStore(options), new SqliteTokenStore(options)];
});

describe('SqliteTokenStore', () => {
  const [old, revoked, added] = ['old', 'revoked', 'added'].map((hash) => ({ hash }));

  it('A restored file is read in place of the earlier one', async () => {
    const { store, cli, file } = newStore();
    await cli.put({ id: 'a', version: 1, content: old! });
    cpSync(file, `${file}.restored`);
    await cli.put({ id: 'a', version: 2, content: revoked! });
    expect(await store.list()).toEqual([{ id: 'a', version: 2, content: revoked }]);
    renameSync(`${file}.restored`, file);
    expect(await store.list()).toEqual([{ id: 'a', version: 1, content: old }]);
    await cli.put({ id: 'b', version: 1, content: added! });
    expect(await store.list()).toHaveLength(2);
  });

  it('The revision differs when a restored file was changed as often as the one before it', async () => {
    const { store, cli, file } = newStore();
    await cli.put({ id: 'a', version: 1, content: old! });
    cpSync(file, `${file}.restored`);
    await cli.put({ id: 'a', version: 2, content: revoked! });
    const before = await store.revision();
    renameSync(`${file}.restored`, file);
    await cli.put({ id: 'b', version: 1, content: added! });
    expect(await store.revision()).not.toBe(before);
  });

  it('The store is unavailable while its file is missing, creates no empty one, and continues with the next', async () => {
    const { store, cli, file } = newStore();
    await cli.put({ id: 'a', version: 1, content: old! });
    await store.list();
    renameSync(file, `${file}.away`);
    await expect(store.revision()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/put it back/),
    });
    expect(existsSync(file)).toBe(false);
    renameSync(`${file}.away`, file);
    expect(await store.list()).toHaveLength(1);
  });

  it('A file of an earlier release is used unchanged, and that release can still use it', async () => {
    const { store, file } = newStore();
    using earlier = new DatabaseSync(file);
    earlier.exec(`CREATE TABLE tokens (id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, content TEXT NOT NULL) STRICT;
      CREATE TABLE revision (number INTEGER NOT NULL) STRICT; INSERT INTO revision VALUES (7);
      INSERT INTO tokens VALUES ('a', 1, '{"hash":"old"}'); PRAGMA user_version = 1; PRAGMA journal_mode = WAL`);
    const before = await store.revision();
    expect(await store.list()).toEqual([{ id: 'a', version: 1, content: old }]);
    earlier.exec('UPDATE revision SET number = number + 1');
    expect(await store.revision()).not.toBe(before);
  });

  it('Only its user can read the file, whatever the umask', async () => {
    const umask = process.umask(0);
    try {
      const directory = join(directories.create(), 'data');
      await new SqliteTokenStore(embeddedOptions(directory)).put({ id: 'a', version: 1, content: old! });
      const modes = [directory, join(directory, 'tokens.db')].map((path) => statSync(path).mode & 0o777);
      expect(modes).toEqual([0o700, 0o600]);
    } finally {
      process.umask(umask);
    }
  });

  /** The store of a service, that of the command line, and their file. */
  function newStore() {
    const directory = directories.create();
    const [store, cli] = [
      new SqliteTokenStore(embeddedOptions(directory)),
      new SqliteTokenStore(embeddedOptions(directory)),
    ];
    return { store, cli, file: join(directory, 'tokens.db') };
  }

  it('The error for a file that is not a database says what to do, without its content', async () => {
    const directory = directories.create();
    writeFileSync(join(directory, 'tokens.db'), 'not a database '.repeat(100));
    await expect(new SqliteTokenStore(embeddedOptions(directory)).list()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/tokens\.db: it is not a database: move it away/),
    });
  });
});
