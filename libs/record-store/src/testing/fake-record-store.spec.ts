import { describe, expect, it } from '@jest/globals';
import { FakeRecordStore } from './fake-record-store.js';
import { describeRecordStoreContract } from './record-store-contract.js';
import { recordToStore, STORED_AT_MS } from './records.js';

describeRecordStoreContract('FakeRecordStore', async () => new FakeRecordStore());

describe('FakeRecordStore', () => {
  const record = recordToStore();

  it('The fake remembers every batch, including the failed ones', async () => {
    const store = new FakeRecordStore();
    store.isAvailable = false;
    await expect(store.write([record], STORED_AT_MS)).rejects.toMatchObject({ code: 'unavailable' });
    expect(store.batches).toEqual([[record]]);
  });

  it('The fake answers one write with given outcomes and stores nothing of it', async () => {
    const store = new FakeRecordStore();
    store.answerNextWrite([{ status: 'refused', detail: 'too large' }]);
    expect(await store.write([record], STORED_AT_MS)).toEqual([{ status: 'refused', detail: 'too large' }]);
    expect(await store.write([record], STORED_AT_MS)).toEqual([{ status: 'stored' }]);
  });

  it('Writes wait until the fake releases them', async () => {
    const store = new FakeRecordStore();
    store.hold();
    const writing = store.write([record], STORED_AT_MS);
    expect(await store.find('dev-2', 'r-1')).toBeUndefined();
    store.release();
    expect(await writing).toEqual([{ status: 'stored' }]);
  });
});
