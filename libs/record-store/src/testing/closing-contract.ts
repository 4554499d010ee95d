import { describe, expect, it } from '@jest/globals';
import type { RecordStore } from '../record-store.js';
import { recordToStore, STORED_AT_MS } from './records.js';
import type { OpenStore } from './store-under-test.js';

export function describeClosing(openStore: OpenStore): void {
  describe('Opening and closing', () => {
    it('The store keeps its records when it is prepared again', () =>
      withStore(openStore, async (store) => {
        await store.prepare();
        await store.writer.write([recordToStore()], STORED_AT_MS);
        await store.prepare();
        expect(await store.reader.find('dev-2', 'r-1')).toBeDefined();
      }));

    it('Several processes can prepare the store at the same time', () =>
      withStore(openStore, async (store) => {
        await Promise.all([store.prepare(), store.prepare(), store.prepare()]);
        expect(await store.writer.write([recordToStore()], STORED_AT_MS)).toEqual([{ status: 'stored' }]);
      }));

    it('The store answers a ping', () =>
      withStore(openStore, (store) => expect(store.ping()).resolves.toBeUndefined()));

    it('The store can be closed twice, and before it was ever used', () =>
      withStore(openStore, async (store) => {
        await Promise.all([store.close(), store.close()]);
        await expect(store.close()).resolves.toBeUndefined();
      }));

    it.each<[string, (store: RecordStore) => Promise<unknown>]>([
      ['write', (store) => store.writer.write([recordToStore()], STORED_AT_MS)],
      ['find', (store) => store.reader.find('dev-2', 'r-1')],
      ['page', (store) => store.reader.page({}, 10)],
      ['prepare', (store) => store.prepare()],
      ['ping', (store) => store.ping()],
    ])('A closed store refuses to %s', (_, operation) =>
      withStore(openStore, async (store) => {
        await store.prepare();
        await store.close();
        await expect(operation(store)).rejects.toMatchObject({ name: 'RecordStoreError', code: 'closed' });
      }),
    );
  });
}

async function withStore(openStore: OpenStore, use: (store: RecordStore) => Promise<void>): Promise<void> {
  const store = await openStore();
  try {
    await use(store);
  } finally {
    await store.close();
  }
}
