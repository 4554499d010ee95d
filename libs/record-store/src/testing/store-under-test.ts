import { afterAll, beforeAll } from '@jest/globals';
import type { RecordStore } from '../record-store.js';

/** Opens a store that holds nothing, in a place of its own. The suite prepares it, and closes it in the end. */
export type OpenStore = () => Promise<RecordStore>;

/**
 * One prepared store for all tests of the describe block that calls this; closed after the last of them.
 * The tests keep apart by the ids of their devices.
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
