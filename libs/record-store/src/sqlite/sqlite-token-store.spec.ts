import { afterAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedOptions, RecordDirectories } from '../testing/record-directories.js';
import { describeTokenStoreContract } from '../testing/token-store-contract.js';
import { SqliteTokenStore } from './sqlite-token-store.js';

const directories = new RecordDirectories();
afterAll(() => directories.remove());

describeTokenStoreContract('SqliteTokenStore', async () => {
  const options = embeddedOptions(directories.create());
  return [new SqliteTokenStore(options), new SqliteTokenStore(options)];
});

describe('SqliteTokenStore', () => {
  it('says what to do about a file that is no database, without showing it', async () => {
    const directory = directories.create();
    writeFileSync(join(directory, 'tokens.db'), 'not a database '.repeat(100));
    await expect(new SqliteTokenStore(embeddedOptions(directory)).list()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/tokens\.db: it is not a database: move it away/),
    });
  });
});
