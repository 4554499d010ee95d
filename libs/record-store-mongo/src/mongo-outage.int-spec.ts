import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { recordsToStore, recordToStore, STORED_AT_MS } from '@sluice/record-store/testing';
import { freeze } from '@sluice/test-kit';
import { MongoRecordStore } from './mongo-record-store.js';
import { MongoDatabases, requireServerUrl } from './testing/mongo-databases.js';
import { UnreliableNetwork } from './testing/unreliable-network.js';

jest.setTimeout(120_000);

const run = promisify(execFile);
const docker = async (...parameters: string[]) => (await run('docker', parameters)).stdout.trim();
const UNAVAILABLE = { name: 'RecordStoreError', code: 'unavailable' };

describe('A MongoDB server that is frozen', () => {
  const container = `sluice-outage-${randomUUID()}`;
  let store: MongoRecordStore;

  beforeAll(async () => {
    await docker('run', '--detach', '--name', container, '--publish', '127.0.0.1::27017', 'mongo:8');
    const address = await docker('port', container, '27017/tcp');
    store = new MongoRecordStore({ url: `mongodb://${address}/outage`, clientId: 'suite', timeoutMs: 3_000 });
    await untilTaken(() => store.ping());
  });
  afterAll(async () => {
    await store.close();
    await docker('rm', '--force', '--volumes', container);
  });

  it('Writes and reads fail in time, and the same batch is stored when the server continues', async () => {
    const records = recordsToStore(50);
    await untilTaken(() => store.prepare());
    await freeze(container);
    await Promise.all([
      expect(store.writer.write(records, STORED_AT_MS)).rejects.toMatchObject(UNAVAILABLE),
      expect(store.reader.page({}, 10)).rejects.toMatchObject(UNAVAILABLE),
      expect(store.ping()).rejects.toMatchObject(UNAVAILABLE),
    ]);
    await docker('unpause', container);
    const outcomes = await untilTaken(() => store.writer.write(records, STORED_AT_MS));
    expect(outcomes.every(({ status }) => status === 'stored' || status === 'already-stored')).toBe(true);
    const { records: stored } = await untilTaken(() => store.reader.page({}, 100));
    expect(stored).toHaveLength(50);
  });
});

describe('A MongoDB server behind a network that fails', () => {
  const databases = new MongoDatabases();
  const network = new UnreliableNetwork(new URL(requireServerUrl()));
  let store: MongoRecordStore;

  beforeAll(async () => {
    const options = databases.newOptions(5_000);
    const seen = await network.open();
    seen.pathname = new URL(options.url).pathname;
    store = new MongoRecordStore({ ...options, url: seen.href });
    await untilTaken(() => store.prepare());
  });
  afterEach(() => network.heal());
  afterAll(async () => {
    await store.close();
    await network.close();
    await databases.drop();
  });

  it('A network failure never looks like a record that is stored already', async () => {
    const records = recordsToStore(3, { deviceId: 'known' });
    await store.writer.write(records, STORED_AT_MS);
    network.loseAnswersTo('known/r-0');
    await expect(store.writer.write(records, STORED_AT_MS)).rejects.toMatchObject(UNAVAILABLE);
    expect(network.cuts).toBeGreaterThan(0);
  });

  it('A batch whose answer was lost is stored once', async () => {
    const records = recordsToStore(3, { deviceId: 'lost' });
    network.loseAnswersTo('lost/r-0');
    await expect(store.writer.write(records, STORED_AT_MS)).rejects.toMatchObject(UNAVAILABLE);
    network.heal();
    expect(await store.writer.write(records, STORED_AT_MS)).toEqual(records.map(() => ({ status: 'already-stored' })));
  });
});

describe('A MongoDB server that is not running', () => {
  const absent = { url: 'mongodb://user:secret@127.0.0.1:1/absent', clientId: 'suite', timeoutMs: 300 };

  it('A missing server is no error before the first operation', async () => {
    const store = new MongoRecordStore(absent);
    const failure = store.writer.write([recordToStore()], STORED_AT_MS);
    await expect(failure).rejects.toMatchObject({ ...UNAVAILABLE, message: expect.not.stringContaining('secret') });
    await expect(store.ping()).rejects.toMatchObject(UNAVAILABLE);
    await store.close();
  });

  it('A missing server does not delay closing', async () => {
    const store = new MongoRecordStore({ ...absent, timeoutMs: 3_600_000 });
    const refusal = expect(store.ping()).rejects.toMatchObject({ code: 'closed' });
    await store.close();
    await refusal;
  });

  it('A server is used as soon as it is available', async () => {
    const databases = new MongoDatabases();
    const network = new UnreliableNetwork(new URL(requireServerUrl()));
    const seen = await network.open();
    await network.close();
    const options = databases.newOptions(500);
    seen.pathname = new URL(options.url).pathname;
    const store = new MongoRecordStore({ ...options, url: seen.href });
    await expect(store.ping()).rejects.toMatchObject(UNAVAILABLE);
    const repaired = new UnreliableNetwork(new URL(requireServerUrl()));
    await repaired.open(Number(seen.port));
    await untilTaken(() => store.ping());
    await store.close();
    await repaired.close();
    await databases.drop();
  });
});

/** Repeats a failed operation while the server is unavailable, like the worker. An attempt waits for the server by itself. */
async function untilTaken<T>(operation: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation();
    } catch (error) {
      if (attempt === 20) throw error;
    }
  }
}
