import { describe, expect, it } from '@jest/globals';
import type { RecordStore, RecordToStore, WriteOutcome } from '../record-store.js';
import { recordsToStore, recordToStore, seededRandom, STORED_AT_MS } from './records.js';
import { useStore, type OpenStore } from './store-under-test.js';

export function describeWriting(openStore: OpenStore): void {
  describe('Writing', () => {
    const under = useStore(openStore);
    const write = (...records: RecordToStore[]) => under.store.writer.write(records, STORED_AT_MS);
    const statuses = async (...records: RecordToStore[]) => (await write(...records)).map(({ status }) => status);
    const find = (deviceId: string, recordId = 'r-1') => under.store.reader.find(deviceId, recordId);

    it('An empty batch has no outcomes', async () => {
      expect(await write()).toEqual([]);
    });

    it('A new record is stored', async () => {
      expect(await write(recordToStore({ deviceId: 'new' }))).toEqual([{ status: 'stored' }]);
    });

    it('The outcomes are in the order of the records', async () => {
      const [first, second, third] = recordsToStore(3, { deviceId: 'order' }) as [
        RecordToStore,
        RecordToStore,
        RecordToStore,
      ];
      await write(second);
      expect(await statuses(first, second, third)).toEqual(['stored', 'already-stored', 'stored']);
    });

    it('A repeated record is already stored, and keeps the time at which it was received first', async () => {
      await write(recordToStore({ deviceId: 'again', receivedAt: '2025-09-09T17:00:01.000Z' }));
      const repeated = recordToStore({ deviceId: 'again', receivedAt: '2025-09-09T17:05:00.000Z', offset: 9 });
      expect(await write(repeated)).toEqual([{ status: 'already-stored' }]);
      expect((await find('again'))?.received_at).toBe('2025-09-09T17:00:01.000Z');
    });

    it('The same members in another order are the same payload', async () => {
      await write(recordToStore({ deviceId: 'members', payload: { a: 1, b: { c: 2, d: 3 } } }));
      const repeated = recordToStore({ deviceId: 'members', payload: { b: { d: 3, c: 2 }, a: 1 } });
      expect(await statuses(repeated)).toEqual(['already-stored']);
    });

    it.each([
      ['another value', { a: 2 }],
      ['a value of another type', { a: '1' }],
      ['one more member', { a: 1, b: null }],
      ['one member less', {}],
    ])('A repeated key with %s is a conflict, and the first record stays', async (difference, payload) => {
      const deviceId = `conflict-${difference.replaceAll(' ', '-')}`;
      await write(recordToStore({ deviceId, payload: { a: 1 } }));
      const [outcome] = await write(recordToStore({ deviceId, payload }));
      expect(outcome).toEqual({ status: 'conflict', detail: expect.stringContaining('payload') });
      expect((await find(deviceId))?.data_payload).toEqual({ a: 1 });
    });

    it('A repeated key with another order of items or another sign of zero is a conflict', async () => {
      await write(recordToStore({ deviceId: 'items', payload: { items: [1, 2] } }));
      await write(recordToStore({ deviceId: 'zero', payload: { zero: 0 } }));
      const reordered = recordToStore({ deviceId: 'items', payload: { items: [2, 1] } });
      const negative = recordToStore({ deviceId: 'zero', payload: { zero: -0 } });
      expect(await statuses(reordered, negative)).toEqual(['conflict', 'conflict']);
    });

    it('A repeated key with another timestamp text of the same instant is a conflict', async () => {
      await write(recordToStore({ deviceId: 'text', timestamp: '2025-09-09T17:00:00Z' }));
      const [outcome] = await write(recordToStore({ deviceId: 'text', timestamp: '2025-09-09T19:00:00+02:00' }));
      expect(outcome).toEqual({ status: 'conflict', detail: expect.stringContaining('timestamp') });
      expect((await find('text'))?.timestamp).toBe('2025-09-09T17:00:00Z');
    });

    it('Records with one id of different devices are separate', async () => {
      const records = ['apart-1', 'apart-2'].map((deviceId) => recordToStore({ deviceId, payload: { deviceId } }));
      expect(await statuses(...records)).toEqual(['stored', 'stored']);
      expect((await find('apart-2'))?.data_payload).toEqual({ deviceId: 'apart-2' });
    });

    it('Of two records with one key in one batch, the first is stored', async () => {
      const [first, equal] = [recordToStore({ deviceId: 'twice' }), recordToStore({ deviceId: 'twice' })];
      const different = recordToStore({ deviceId: 'twice', payload: { other: true } });
      expect(await statuses(first, equal, different)).toEqual(['stored', 'already-stored', 'conflict']);
      expect((await find('twice'))?.data_payload).toEqual(first.event.data_payload);
    });

    it('Each of 1,500 records has its outcome, with duplicates and conflicts at random places', async () => {
      const { records, expected } = mixedBatch('mixed', 1_500, 20_250_909);
      expect(await statuses(...records)).toEqual(expected);
      expect(new Set(expected)).toEqual(new Set(['stored', 'already-stored', 'conflict']));
    });

    it('A repeated batch is already stored, and no record is doubled', async () => {
      const records = recordsToStore(1_000, { deviceId: 'whole' });
      await write(...records);
      expect(new Set(await statuses(...records))).toEqual(new Set(['already-stored']));
      expect(await countOf(under.store, 'whole')).toBe(1_000);
    });

    it('Each record is stored once when several writers write the same batch at the same time', async () => {
      const records = recordsToStore(200, { deviceId: 'race' });
      const answers = await Promise.all([write(...records), write(...records), write(...records)]);
      expect(await countOf(under.store, 'race')).toBe(200);
      for (const index of records.keys()) {
        const outcomes = answers.map((answer) => answer[index]!.status).sort();
        expect(outcomes).toEqual(['already-stored', 'already-stored', 'stored']);
      }
    });
  });
}

async function countOf(store: RecordStore, deviceId: string): Promise<number> {
  return (await store.reader.page({ deviceId }, 1_000)).records.length;
}

/** A batch with repeated keys, half of them with another payload, and the expected outcome of each record. */
function mixedBatch(deviceId: string, count: number, seed: number) {
  const random = seededRandom(seed);
  const payloads = new Map<string, number>();
  const records: RecordToStore[] = [];
  const expected: WriteOutcome['status'][] = [];
  for (let offset = 0; offset < count; offset++) {
    const recordId = `r-${Math.floor(random() * count)}`;
    const variant = random() < 0.5 ? 1 : 2;
    const first = payloads.get(recordId);
    expected.push(first === undefined ? 'stored' : first === variant ? 'already-stored' : 'conflict');
    if (first === undefined) payloads.set(recordId, variant);
    records.push(recordToStore({ deviceId, recordId, payload: { variant }, offset }));
  }
  return { records, expected };
}
