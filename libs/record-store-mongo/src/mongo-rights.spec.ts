import { afterEach, describe, expect, it } from '@jest/globals';
import { MongoRecordStore } from './mongo-record-store.js';
import { FakeMongod } from './testing/fake-mongod.js';

let server: FakeMongod | undefined;
let store: MongoRecordStore | undefined;

afterEach(async () => {
  await store?.close();
  await server?.close();
});

const privilege = (collection: string, ...actions: string[]) => ({ resource: { db: 'plant', collection }, actions });
const USER = { authenticatedUsers: [{ user: 'worker', db: 'admin' }] };

/** A store on a server that gives this answer to `connectionStatus`. */
async function storeOn(authInfo: object): Promise<MongoRecordStore> {
  server = new FakeMongod({
    connectionStatus: { ok: 1, authInfo },
    '*': { ok: 0, code: 59, errmsg: 'no such command' },
  });
  const url = `mongodb://${await server.listen()}/plant`;
  store = new MongoRecordStore({ url, clientId: 'suite', timeoutMs: 5_000, collection: 'readings' });
  return store;
}

describe('The rights of a login on MongoDB', () => {
  it('The rights find and insert on the collection are enough to write', async () => {
    const found = await storeOn({ ...USER, authenticatedUserPrivileges: [privilege('readings', 'find', 'insert')] });
    expect(await found.examine('write')).toMatchObject({ missing: [], isKnown: true });
  });

  it('A role of the whole database is enough for everything', async () => {
    const all = ['find', 'insert', 'update', 'remove', 'createCollection', 'createIndex', 'listIndexes', 'dropIndex'];
    const found = await storeOn({ ...USER, authenticatedUserPrivileges: [privilege('', ...all)] });
    for (const use of ['tokens', 'write', 'read', 'prepare'] as const) {
      expect((await found.examine(use)).missing).toEqual([]);
    }
  });

  it('Missing rights are listed with the command that grants them', async () => {
    const found = await storeOn({ ...USER, authenticatedUserPrivileges: [privilege('readings', 'find')] });
    expect((await found.examine('write')).missing).toEqual([
      { right: 'insert on plant.readings', command: expect.stringContaining('"actions":["insert"]') },
    ]);
    const { missing } = await found.examine('tokens');
    expect(missing.filter(({ otherwise }) => otherwise === undefined)).toHaveLength(2);
  });

  it.each([
    ['read', ['dispositions', 'redrives', 'audit', 'redrives']],
    ['tokens', ['token_uses']],
    ['prepare', ['token_uses', 'moves']],
  ] as const)(
    'The rights that are optional for %s are listed with what does not work without them',
    async (use, collections) => {
      const privileges = ['readings', 'tokens', 'token_revisions'].map((name) =>
        privilege(name, 'find', 'insert', 'update', 'createCollection', 'createIndex', 'listIndexes', 'dropIndex'),
      );
      const found = await storeOn({ ...USER, authenticatedUserPrivileges: privileges });
      expect((await found.examine(use)).missing).toEqual(
        collections.map((name) => ({
          right: expect.stringMatching(new RegExp(` on plant.${name}$`)),
          command: expect.stringContaining(name),
          otherwise: expect.any(String),
        })),
      );
    },
  );

  it('A server without access control grants all rights', async () => {
    const found = await storeOn({ authenticatedUsers: [], authenticatedUserPrivileges: [] });
    expect(await found.examine('prepare')).toMatchObject({ missing: [], isKnown: true });
  });
});
