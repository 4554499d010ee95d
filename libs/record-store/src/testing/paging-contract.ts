import { beforeAll, describe, expect, it } from '@jest/globals';
import { parseTimestamp, recordKey, type StoredRecord } from '@sluice/contracts';
import type { RecordCursor, RecordFilter, RecordPage } from '../record-reader.js';
import type { RecordStore, RecordToStore } from '../record-store.js';
import { recordsToStore, recordToStore, secondsAfterStart, seededRandom, STORED_AT_MS } from './records.js';
import { useStore, type OpenStore } from './store-under-test.js';

const START_MS = Date.parse(secondsAfterStart(0));

export function describePaging(openStore: OpenStore): void {
  describe('Paging through one device', () => {
    const under = useStore(openStore);
    const write = (records: RecordToStore[]) => under.store.writer.write(records, STORED_AT_MS);
    const page = async (filter: RecordFilter, limit = 100, after?: RecordCursor) =>
      idsOf(await under.store.reader.page(filter, limit, after));

    it('A device without records has an empty page, and no next page', async () => {
      expect(await under.store.reader.page({ deviceId: 'unknown' }, 10)).toEqual({ records: [], next: undefined });
    });

    it('The newest timestamp comes first, whatever order the records were written in', async () => {
      const times = [
        '2025-09-09T17:00:00Z',
        '0000-01-01T00:00:00Z',
        '9999-12-31T23:59:59-23:59',
        '1969-01-01T00:00:00Z',
      ];
      await write(
        times.map((timestamp) => recordToStore({ deviceId: 'newest', recordId: timestamp.slice(0, 4), timestamp })),
      );
      expect(await page({ deviceId: 'newest' })).toEqual(['9999', '2025', '1969', '0000']);
    });

    it('The order is by the instant, not by the text', async () => {
      await write([
        recordToStore({ deviceId: 'instant', recordId: 'second', timestamp: '2025-09-09T18:30:00+02:00' }),
        recordToStore({ deviceId: 'instant', recordId: 'first', timestamp: '2025-09-09T17:00:00Z' }),
      ]);
      expect(await page({ deviceId: 'instant' })).toEqual(['first', 'second']);
    });

    it('Records of one instant are ordered by their key, byte for byte', async () => {
      const ids = ['b', 'a', 'B', '~', ' ', '10', '9', 'a/', 'a b'];
      await write(ids.map((recordId) => recordToStore({ deviceId: 'bytes', recordId })));
      expect(await page({ deviceId: 'bytes' })).toEqual([...ids].sort());
    });

    it('A range includes its first instant and excludes its last', async () => {
      await write(recordsToStore(6, { deviceId: 'range' }));
      const range = { deviceId: 'range', fromMs: START_MS + 1_000, toMs: START_MS + 4_000 };
      expect(await page(range)).toEqual(['r-3', 'r-2', 'r-1']);
      expect(await page({ deviceId: 'range', fromMs: START_MS + 4_000 })).toEqual(['r-5', 'r-4']);
      expect(await page({ deviceId: 'range', toMs: START_MS + 1_000 })).toEqual(['r-0']);
    });

    it('The page keeps to the range when the cursor is outside of it', async () => {
      await write(recordsToStore(4, { deviceId: 'outside' }));
      const range = { deviceId: 'outside', fromMs: START_MS + 1_000, toMs: START_MS + 3_000 };
      const cursorAt = (second: number) => ({
        timestampMs: START_MS + second * 1_000,
        deviceId: 'outside',
        recordId: 'r',
      });
      expect(await page(range, 10, cursorAt(9))).toEqual(['r-2', 'r-1']);
      expect(await page(range, 10, cursorAt(-9))).toEqual([]);
    });

    it('The next page begins after the last record of this page', async () => {
      await write(recordsToStore(3, { deviceId: 'next' }));
      const { records, next } = await under.store.reader.page({ deviceId: 'next' }, 2);
      expect(records).toHaveLength(2);
      expect(next).toEqual({ timestampMs: START_MS + 1_000, deviceId: 'next', recordId: 'r-1' });
    });

    it('There is no next page when the last record is on this one', async () => {
      await write(recordsToStore(3, { deviceId: 'last' }));
      expect((await under.store.reader.page({ deviceId: 'last' }, 3)).next).toBeUndefined();
    });

    it('A page ends with the record that reaches its bytes, and the next one continues after it', async () => {
      const payload = { text: 'x'.repeat(1_000) };
      await write(recordsToStore(5, { deviceId: 'large', payload }));
      const first = await under.store.reader.page({ deviceId: 'large' }, 5, undefined, 1_500);
      expect(idsOf(first)).toEqual(['r-4', 'r-3']);
      expect(await page({ deviceId: 'large' }, 5, first.next)).toEqual(['r-2', 'r-1', 'r-0']);
    });

    it('A page has at least one record, however large, and there is no next page after the last', async () => {
      await write(recordsToStore(2, { deviceId: 'one', payload: { text: 'x'.repeat(1_000) } }));
      const first = await under.store.reader.page({ deviceId: 'one' }, 2, undefined, 1);
      const second = await under.store.reader.page({ deviceId: 'one' }, 2, first.next, 1);
      expect([idsOf(first), idsOf(second), second.next]).toEqual([['r-1'], ['r-0'], undefined]);
    });

    it('The next page continues after the cursor while newer records arrive', async () => {
      await write(recordsToStore(4, { deviceId: 'arriving' }));
      const first = await under.store.reader.page({ deviceId: 'arriving' }, 2);
      await write([recordToStore({ deviceId: 'arriving', recordId: 'late', timestamp: secondsAfterStart(99) })]);
      expect(idsOf(first)).toEqual(['r-3', 'r-2']);
      expect(await page({ deviceId: 'arriving' }, 2, first.next)).toEqual(['r-1', 'r-0']);
    });
  });

  describe('Paging through all devices', () => {
    const under = useStore(openStore);
    const records = crowdedRecords(1_300, 42);
    beforeAll(() => under.store.writer.write(records, STORED_AT_MS));

    it.each([170, 1_000])('Every record is shown once and in order, in pages of %i', async (limit) => {
      expect((await walk(under.store, {}, limit)).map(keyOf)).toEqual(keysInOrder(records));
    });

    it('Every record of one device is shown once and in order', async () => {
      const own = records.filter(({ event }) => event.device_id === 'dev');
      expect((await walk(under.store, { deviceId: 'dev' }, 50)).map(keyOf)).toEqual(keysInOrder(own));
    });

    it('Every record of a time range is shown once and in order', async () => {
      const range = { fromMs: START_MS + 3_000, toMs: START_MS + 6_000 };
      const within = records.filter(({ event }) => {
        const instant = parseTimestamp(event.timestamp)!;
        return instant >= range.fromMs && instant < range.toMs;
      });
      expect((await walk(under.store, range, 80)).map(keyOf)).toEqual(keysInOrder(within));
    });

    it('A page shows records as they are found one by one', async () => {
      const { records: shown } = await under.store.reader.page({}, 3);
      for (const record of shown) {
        expect(await under.store.reader.find(record.device_id, record.record_id)).toEqual(record);
      }
    });
  });
}

function idsOf(page: RecordPage): string[] {
  return page.records.map(({ record_id }) => record_id);
}

async function walk(store: RecordStore, filter: RecordFilter, limit: number): Promise<StoredRecord[]> {
  const walked: StoredRecord[] = [];
  let after: RecordCursor | undefined;
  do {
    const page: RecordPage = await store.reader.page(filter, limit, after);
    walked.push(...page.records);
    after = page.next;
  } while (after !== undefined);
  return walked;
}

/** Ten instants only, so that pages end in the middle of one; device ids that sort differently alone and before a slash. */
function crowdedRecords(count: number, seed: number): RecordToStore[] {
  const random = seededRandom(seed);
  const devices = ['dev', 'dev-', 'dev.1', 'dev0', 'Dev'];
  return Array.from({ length: count }, (_, offset) =>
    recordToStore({
      deviceId: devices[Math.floor(random() * devices.length)]!,
      recordId: `${Math.floor(random() * 1e9)}`,
      timestamp: secondsAfterStart(Math.floor(random() * 10)),
      payload: { offset },
      offset,
    }),
  );
}

const keyOf = (event: { device_id: string; record_id: string }) => recordKey(event.device_id, event.record_id);

function keysInOrder(records: readonly RecordToStore[]): string[] {
  const places = records.map(({ event }) => ({ instant: parseTimestamp(event.timestamp)!, key: keyOf(event) }));
  return places.sort((a, b) => b.instant - a.instant || (a.key < b.key ? -1 : 1)).map(({ key }) => key);
}
