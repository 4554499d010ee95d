import { describe, expect, it } from '@jest/globals';
import { recordToStore, STORED_AT, STORED_AT_MS } from './records.js';
import { useStore, type OpenStore } from './store-under-test.js';

const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

export function describeFinding(openStore: OpenStore): void {
  describe('Finding one record', () => {
    const under = useStore(openStore);

    it('A record comes back with its event and the time at which it was stored', async () => {
      const record = recordToStore({ deviceId: 'whole' });
      await under.store.writer.write([record], STORED_AT_MS);
      expect(await under.store.reader.find('whole', 'r-1')).toEqual({ ...record.event, stored_at: STORED_AT });
    });

    it('The time received_at is in UTC with milliseconds', async () => {
      const record = recordToStore({ deviceId: 'received', receivedAt: '2025-09-09T19:00:01+02:00' });
      await under.store.writer.write([record], STORED_AT_MS);
      expect((await under.store.reader.find('received', 'r-1'))?.received_at).toBe('2025-09-09T17:00:01.000Z');
    });

    it('A key that was never written is not found', async () => {
      await under.store.writer.write([recordToStore({ deviceId: 'known' })], STORED_AT_MS);
      expect(await under.store.reader.find('known', 'other')).toBeUndefined();
      expect(await under.store.reader.find('unknown', 'r-1')).toBeUndefined();
    });

    it.each([PRINTABLE, '/', ' ', '$gt', '../..', 'x'.repeat(128)])(
      'A record with the id %j is found',
      async (recordId) => {
        await under.store.writer.write([recordToStore({ deviceId: 'ids', recordId })], STORED_AT_MS);
        const found = await under.store.reader.find('ids', recordId);
        expect(found).toMatchObject({ device_id: 'ids', record_id: recordId });
      },
    );
  });
}
