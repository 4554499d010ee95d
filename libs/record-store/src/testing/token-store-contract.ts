import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StoredToken, TokenStore } from '../token-store.js';

/** Two connections to one place that holds nothing. */
export type OpenTokenStores = () => Promise<[TokenStore, TokenStore]>;

const token = (id = 'a', version = 1, content: StoredToken['content'] = { hash: 'h1' }): StoredToken => ({
  id,
  version,
  content,
});

/** What every adapter must do: the sentences of `token-store.ts`, as tests. */
export function describeTokenStoreContract(name: string, openStores: OpenTokenStores): void {
  describe(`${name}, as a token store`, () => {
    let [store, other]: TokenStore[] = [];
    beforeEach(async () => {
      [store, other] = await openStores();
    });
    afterEach(() => Promise.all([store!.close(), other!.close()]));

    it('holds nothing at first', async () => {
      expect(await store!.list()).toEqual([]);
      expect(await store!.revision()).toBe(await other!.revision());
    });

    it('shows to the others what one has put, in the order of the ids', async () => {
      const content = { holder: { kind: 'devices', prefix: 'lab-7:' }, $set: { 'a.b': [1, null, 'ä'] } };
      expect(await store!.put(token('b', 1, content))).toBe(true);
      expect(await other!.put(token('a'))).toBe(true);
      expect(await store!.list()).toEqual([token('a'), token('b', 1, content)]);
      expect(await other!.list()).toEqual(await store!.list());
    });

    it('has another revision for everybody after each change, and the same while nothing changes', async () => {
      const seen = [await other!.revision()];
      for (const change of [token('a'), token('a', 2, { hash: 'h2' }), token('b')]) {
        await store!.put(change);
        seen.push(await other!.revision());
      }
      expect(new Set(seen).size).toBe(4);
      expect(await other!.revision()).toBe(seen.at(-1));
      expect(await store!.revision()).toBe(seen.at(-1));
    });

    it('replaces a token by its next version', async () => {
      await store!.put(token());
      expect(await other!.put(token('a', 2, { hash: 'h2' }))).toBe(true);
      expect(await store!.list()).toEqual([token('a', 2, { hash: 'h2' })]);
    });

    it.each([
      ['a new one whose id is taken', 1],
      ['the version that is there', 2],
      ['a version that skips one', 4],
    ])('refuses %s, and changes nothing', async (_, version) => {
      await store!.put(token());
      await store!.put(token('a', 2, { hash: 'h2' }));
      const revision = await store!.revision();
      expect(await other!.put(token('a', version, { hash: 'late' }))).toBe(false);
      expect(await store!.list()).toEqual([token('a', 2, { hash: 'h2' })]);
      expect(await store!.revision()).toBe(revision);
    });

    it('refuses the next version of a token that is not there', async () => {
      expect(await store!.put(token('a', 2))).toBe(false);
      expect(await store!.list()).toEqual([]);
    });

    it('lets one of two that change a token at the same time win', async () => {
      await store!.put(token());
      const put = (by: TokenStore, hash: string) => by.put(token('a', 2, { hash }));
      expect((await Promise.all([put(store!, 'x'), put(other!, 'y')])).filter(Boolean)).toHaveLength(1);
    });

    it('remembers when tokens were used last, which is no change of them', async () => {
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

    it('can be closed twice, and refuses everything then', async () => {
      await store!.close();
      await store!.close();
      for (const call of [store!.revision(), store!.list(), store!.put(token())]) {
        await expect(call).rejects.toMatchObject({ name: 'RecordStoreError', code: 'closed' });
      }
    });
  });
}
