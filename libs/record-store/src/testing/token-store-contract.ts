import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StoredToken, TokenStore } from '../token-store.js';

/** Two connections to one empty store. */
export type OpenTokenStores = () => Promise<[TokenStore, TokenStore]>;

const token = (id = 'a', version = 1, content: StoredToken['content'] = { hash: 'h1' }): StoredToken => ({
  id,
  version,
  content,
});

/** The contract of every adapter: the sentences of `token-store.ts`, as tests. */
export function describeTokenStoreContract(name: string, openStores: OpenTokenStores): void {
  describe(`${name}, as a token store`, () => {
    let [store, other]: TokenStore[] = [];
    beforeEach(async () => {
      [store, other] = await openStores();
    });
    afterEach(() => Promise.all([store!.close(), other!.close()]));

    it('A new store has no tokens', async () => {
      expect(await store!.list()).toEqual([]);
      expect(await store!.revision()).toBe(await other!.revision());
    });

    it('Tokens of one connection are visible to the others, in the order of the ids', async () => {
      const content = { holder: { kind: 'devices', prefix: 'lab-7:' }, $set: { 'a.b': [1, null, 'ä'] } };
      expect(await store!.put(token('b', 1, content))).toBe(true);
      expect(await other!.put(token('a'))).toBe(true);
      expect(await store!.list()).toEqual([token('a'), token('b', 1, content)]);
      expect(await other!.list()).toEqual(await store!.list());
    });

    it('The revision changes for all connections with each change, and stays while nothing changes', async () => {
      const seen = [await other!.revision()];
      for (const change of [token('a'), token('a', 2, { hash: 'h2' }), token('b')]) {
        await store!.put(change);
        seen.push(await other!.revision());
      }
      expect(new Set(seen).size).toBe(4);
      expect(await other!.revision()).toBe(seen.at(-1));
      expect(await store!.revision()).toBe(seen.at(-1));
    });

    it('A token is replaced by its next version', async () => {
      await store!.put(token());
      expect(await other!.put(token('a', 2, { hash: 'h2' }))).toBe(true);
      expect(await store!.list()).toEqual([token('a', 2, { hash: 'h2' })]);
    });

    it.each([
      ['a new one whose id is taken', 1],
      ['the version that is there', 2],
      ['a version that skips one', 4],
    ])('The store refuses %s, and changes nothing', async (_, version) => {
      await store!.put(token());
      await store!.put(token('a', 2, { hash: 'h2' }));
      const revision = await store!.revision();
      expect(await other!.put(token('a', version, { hash: 'late' }))).toBe(false);
      expect(await store!.list()).toEqual([token('a', 2, { hash: 'h2' })]);
      expect(await store!.revision()).toBe(revision);
    });

    it('The store refuses the next version of a token that does not exist', async () => {
      expect(await store!.put(token('a', 2))).toBe(false);
      expect(await store!.list()).toEqual([]);
    });

    it('Of two concurrent changes of a token, one wins', async () => {
      await store!.put(token());
      const put = (by: TokenStore, hash: string) => by.put(token('a', 2, { hash }));
      expect((await Promise.all([put(store!, 'x'), put(other!, 'y')])).filter(Boolean)).toHaveLength(1);
    });

    it('The last use of tokens is stored without a new revision', async () => {
      await store!.put(token());
      const revision = await store!.revision();
      expect(await other!.lastUses()).toEqual(new Map());
      await store!.noteUses([
        { id: 'a', atMs: 2_000 },
        { id: 'b', atMs: 5 },
      ]);
      await other!.noteUses([{ id: 'a', atMs: 1_000 }]);
      await other!.noteUses([{ id: 'b', atMs: 6 }]);
      expect(await other!.lastUses()).toEqual(
        new Map([
          ['a', 2_000],
          ['b', 6],
        ]),
      );
      expect(await other!.revision()).toBe(revision);
    });

    it('The store can be closed twice, and refuses all calls then', async () => {
      await store!.close();
      await store!.close();
      for (const call of [store!.revision(), store!.list(), store!.put(token())]) {
        await expect(call).rejects.toMatchObject({ name: 'RecordStoreError', code: 'closed' });
      }
    });
  });
}
