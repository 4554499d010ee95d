import { afterAll, beforeAll } from '@jest/globals';
import type { RecordStore } from '../record-store.js';

/** Opens an empty store in a separate place. The suite prepares it, and closes it at the end. */
export type OpenStore = () => Promise<RecordStore>;

/**
 * One prepared store for all tests of the describe block that calls this; closed after the last of them. The tests use different
 * device ids.
 */
export function useStore(openStore: OpenStore): { readonly store: RecordStore } {
  let store: RecordStore;
  beforeAll(async () => {
    store = await openStore();
    await store.prepare();
  });
  afterAll(() => store.close());
  return {
    get store() {
      return store;
    },
  };
}
