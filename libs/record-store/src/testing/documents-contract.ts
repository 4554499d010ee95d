import { describe, expect, it } from '@jest/globals';
import type { DocumentStore, StoredDocument } from '../document-store.js';
import { type OpenStore, useStore } from './store-under-test.js';

const document = (id: string, version = 1, content: StoredDocument['content'] = { n: 1 }): StoredDocument => ({
  id,
  version,
  content,
});

/** The contract of every adapter: the sentences of `document-store.ts`, as tests. */
export function describeDocuments(openStore: OpenStore): void {
  describe('Documents', () => {
    const used = useStore(openStore);
    const documents = (): DocumentStore => used.store.documents;

    it('A document is not found before it is stored', async () => {
      expect(await documents().find('audit', 'none')).toBeUndefined();
      expect(await documents().list('audit', {}, 10)).toEqual([]);
      expect(await documents().count('audit', {})).toBe(0);
    });

    it('Documents come back unchanged, whatever their keys', async () => {
      const content = { $set: { 'a.b': [1, null, 'ä', -0] }, more: true, large: [2n ** 63n, 1e22] };
      expect(await documents().put('redrives', document('exact', 1, content))).toBe(true);
      expect(await documents().find('redrives', 'exact')).toEqual(document('exact', 1, content));
    });

    it('A document changes only by its next version', async () => {
      expect(await documents().put('redrives', document('v', 2))).toBe(false);
      expect(await documents().put('redrives', document('v'))).toBe(true);
      expect(await documents().put('redrives', document('v'))).toBe(false);
      expect(await documents().put('redrives', document('v', 2, { n: 2 }))).toBe(true);
      expect(await documents().put('redrives', document('v', 2, { n: 3 }))).toBe(false);
      expect(await documents().find('redrives', 'v')).toEqual(document('v', 2, { n: 2 }));
    });

    it('Of two concurrent changes of a document, one wins', async () => {
      await documents().put('redrives', document('race'));
      const puts = [1, 2].map((n) => documents().put('redrives', document('race', 2, { n })));
      expect((await Promise.all(puts)).filter(Boolean)).toHaveLength(1);
    });

    it('Documents can be added twice, and stay as they were the first time', async () => {
      await documents().add('dispositions', [document('0/1'), document('0/2')]);
      await documents().add('dispositions', [document('0/2', 1, { n: 9 }), document('0/3')]);
      const ids = ['0/1', '0/2', '0/3'];
      expect(await documents().list('dispositions', { from: '0/', to: '00' }, 10)).toEqual(
        ids.map((id) => document(id)),
      );
    });

    it('Documents are removed by their ids, in their collection', async () => {
      await documents().add('redrives', [document('gone'), document('kept')]);
      await documents().add('audit', [document('gone')]);
      await documents().remove('redrives', ['gone', 'never-there']);
      await documents().remove('redrives', []);
      expect(await documents().find('redrives', 'gone')).toBeUndefined();
      expect(await documents().find('redrives', 'kept')).toEqual(document('kept'));
      expect(await documents().find('audit', 'gone')).toEqual(document('gone'));
      expect(await documents().put('redrives', document('gone'))).toBe(true);
    });

    it('Documents are listed and counted by ranges of ids, in order, in their collection', async () => {
      await documents().add(
        'backups',
        ['c', 'a', 'b', 'd'].map((id) => document(id)),
      );
      const ids = async (...[range, limit, order]: [object, number, ('ascending' | 'descending')?]) =>
        (await documents().list('backups', range, limit, order)).map(({ id }) => id);
      expect(await ids({}, 10)).toEqual(['a', 'b', 'c', 'd']);
      expect(await ids({ from: 'b', to: 'd' }, 10)).toEqual(['b', 'c']);
      expect(await ids({ from: 'b' }, 2)).toEqual(['b', 'c']);
      expect(await ids({ to: 'd' }, 2, 'descending')).toEqual(['c', 'b']);
      expect(await documents().count('backups', { from: 'b', to: 'd' })).toBe(2);
      expect(await documents().count('backups', {})).toBe(4);
    });
  });
}
