import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import type { RecordStoreOptions } from '@sluice/record-store';
import { describeRecordStoreContract, recordsToStore, recordToStore, STORED_AT_MS } from '@sluice/record-store/testing';
import { MongoRecordStore } from './mongo-record-store.js';
import { MongoDatabases } from './testing/mongo-databases.js';

jest.setTimeout(30_000);

const databases = new MongoDatabases();
const stores: MongoRecordStore[] = [];

function open(options: RecordStoreOptions): MongoRecordStore {
  const store = new MongoRecordStore(options);
  stores.push(store);
  return store;
}

afterEach(() => Promise.all(stores.splice(0).map((store) => store.close())));
afterAll(() => databases.drop());

describeRecordStoreContract('MongoRecordStore', async () => new MongoRecordStore(databases.newOptions()));

describe('MongoRecordStore', () => {
  it('Documents have the form that the contract names', async () => {
    const options = databases.newOptions();
    const record = recordToStore({ timestamp: '2025-09-09T19:00:00.5+02:00', offset: 7 });
    await open(options).writer.write([record], STORED_AT_MS);
    expect(await databases.database(options).collection('records').find().toArray()).toEqual([
      {
        _id: 'dev-2/r-1',
        device_id: 'dev-2',
        record_id: 'r-1',
        timestamp: new Date('2025-09-09T17:00:00.500Z'),
        timestamp_text: '2025-09-09T19:00:00.5+02:00',
        received_at: new Date('2025-09-09T17:00:01.250Z'),
        stored_at: new Date(STORED_AT_MS),
        data_payload: { gene_count: 12, sample_quality: 0.98 },
        source: { partition: 0, offset: 7 },
      },
    ]);
  });

  it('A document that BSON cannot hold is refused, and the rest of the batch is stored', async () => {
    const store = open(databases.newOptions());
    const [first, last] = [recordToStore({ recordId: 'first' }), recordToStore({ recordId: 'last' })];
    const withNul = recordToStore({ recordId: 'nul', payload: { 'a\0b': 1 } });
    const tooLarge = recordToStore({ recordId: 'large', payload: { text: 'x'.repeat(17_000_000) } });
    expect(await store.writer.write([first, withNul, tooLarge, last, first], STORED_AT_MS)).toEqual([
      { status: 'stored' },
      { status: 'refused', detail: expect.stringContaining('/data_payload/a\\u0000b') },
      { status: 'refused', detail: expect.stringContaining('bytes at most') },
      { status: 'stored' },
      { status: 'already-stored' },
    ]);
  });

  it('A conflict with a foreign unique index is refused, and the rest of the batch is stored', async () => {
    const options = databases.newOptions();
    const store = open(options);
    await store.prepare();
    const index = { key: { 'data_payload.serial': 1 }, unique: true, name: 'theirs' } as const;
    await databases.database(options).collection('records').createIndexes([index]);
    const [a, b, c] = ['a', 'b', 'c'].map((recordId, serial) =>
      recordToStore({ recordId, payload: { serial: serial % 2 } }),
    );
    expect(await store.writer.write([a!, b!], STORED_AT_MS)).toEqual([{ status: 'stored' }, { status: 'stored' }]);
    expect(await store.writer.write([c!, a!], STORED_AT_MS)).toEqual([
      { status: 'refused', detail: expect.stringContaining('another unique index') },
      { status: 'already-stored' },
    ]);
  });

  it('Records go to the collection that the options name', async () => {
    const options = databases.newOptions();
    const store = open({ ...options, collection: 'readings' });
    await store.prepare();
    await store.writer.write([recordToStore({ recordId: 'a' })], STORED_AT_MS);
    expect(await store.reader.find('dev-2', 'a')).toMatchObject({ record_id: 'a' });
    const found = await databases.database(options).collections();
    expect(found.map(({ collectionName }) => collectionName)).toEqual(['readings']);
  });

  it('A batch that is larger than one message is stored', async () => {
    const store = open(databases.newOptions());
    const records = recordsToStore(100, { payload: { text: 'x'.repeat(200_000) } });
    expect(new Set((await store.writer.write(records, STORED_AT_MS)).map(({ status }) => status))).toEqual(
      new Set(['stored']),
    );
  });

  it('The indexes are created, and the expiry is set to the present option', async () => {
    const options = databases.newOptions();
    const indexesAfterPreparing = async (expiry: { expireAfterSeconds?: number }) => {
      await open({ ...options, ...expiry }).prepare();
      const indexes = await databases.database(options).collection('records').indexes();
      return new Map(indexes.map(({ key, expireAfterSeconds }) => [Object.entries(key).join(), expireAfterSeconds]));
    };
    const lasting = [
      ['_id,1', undefined],
      ['device_id,1,timestamp,-1,_id,1', undefined],
      ['timestamp,-1,_id,1', undefined],
      ['device_id,1,received_at,-1,_id,1', undefined],
      ['received_at,-1,_id,1', undefined],
    ] as const;
    expect(await indexesAfterPreparing({})).toEqual(new Map(lasting));
    const expiry60 = await indexesAfterPreparing({ expireAfterSeconds: 60 });
    expect(expiry60).toEqual(new Map([...lasting, ['received_at,1', 60]]));
    const expiry90 = await indexesAfterPreparing({ expireAfterSeconds: 90 });
    expect(expiry90).toEqual(new Map([...lasting, ['received_at,1', 90]]));
    expect(await indexesAfterPreparing({})).toEqual(new Map(lasting));
  });

  it('Missing indexes are listed with their commands, and none is created', async () => {
    const options = { ...databases.newOptions(), expireAfterSeconds: 60 };
    const store = open(options);
    expect(await store.missing()).toEqual([
      expect.stringMatching(/createIndex\(\{"device_id":1,"timestamp":-1,"_id":1\}/),
      expect.stringMatching(/createIndex\(\{"timestamp":-1,"_id":1\}/),
      expect.stringMatching(/createIndex\(\{"device_id":1,"received_at":-1,"_id":1\}/),
      expect.stringMatching(/createIndex\(\{"received_at":-1,"_id":1\}/),
      expect.stringMatching(/createIndex\(\{"received_at":1\}, .*"expireAfterSeconds":60/),
    ]);
    await store.prepare();
    expect(await store.missing()).toEqual([]);
  });

  it('The database is sluice when the URL names none', async () => {
    const options = databases.newOptions();
    const url = new URL(options.url);
    const database = databases.database({ ...options, url: new URL('/sluice', url).href });
    const recordId = url.pathname.slice(1);
    await open({ ...options, url: new URL('/', url).href }).writer.write([recordToStore({ recordId })], STORED_AT_MS);
    const stored = await database.collection('records').findOneAndDelete({ record_id: recordId });
    expect(stored).toMatchObject({ device_id: 'dev-2' });
  });

  it('An invalid URL is refused without repeating it', () => {
    const url = 'mongodb://user:secret@host:99999999/';
    expect(() => open({ url, clientId: 'suite', timeoutMs: 100 })).toThrow(
      expect.objectContaining({ code: 'invalid-url', message: expect.not.stringContaining('secret') }),
    );
  });
});
