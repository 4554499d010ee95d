import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { describeTokenStoreContract } from '@sluice/record-store/testing';
import { MongoTokenStore } from './mongo-token-store.js';
import { MongoDatabases } from './testing/mongo-databases.js';

jest.setTimeout(30_000);

const databases = new MongoDatabases();
afterAll(() => databases.drop());

describeTokenStoreContract('MongoTokenStore', async () => {
  const options = databases.newOptions();
  return [new MongoTokenStore(options), new MongoTokenStore(options)];
});

describe('MongoTokenStore', () => {
  it('A call fails with `unavailable` in time when the server is unavailable', async () => {
    const store = new MongoTokenStore({ url: 'mongodb://127.0.0.1:1/tokens', clientId: 'suite', timeoutMs: 200 });
    await expect(store.revision()).rejects.toMatchObject({ code: 'unavailable' });
    await store.close();
  });
});
