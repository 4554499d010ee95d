import { describe, expect, it } from '@jest/globals';
import { stringifyExact, type IngestEvent, type JsonObject, type JsonValue } from '@sluice/contracts';
import { recordToStore, STORED_AT_MS } from './records.js';
import { useStore, type OpenStore } from './store-under-test.js';

const PAYLOADS: readonly [name: string, payload: JsonObject][] = [
  ['nothing', {}],
  ['nesting of 32 levels', nested(32)],
  ['empty objects and arrays within each other', { a: [], b: {}, c: [[], [[]], {}, [{}]], d: { e: {} } }],
  ['null, true and false', { a: null, b: [null, true, false], c: true, d: false }],
  ['operators as keys', { $gt: 1, $where: 'x', $set: { $inc: 2 }, $: 3 }],
  ['dots in keys', { 'a.b': 1, '.': 2, 'a.': { '.b': 3 } }],
  ['an empty key', { '': { '': 1 } }],
  ['keys that JavaScript knows', { constructor: 1, toString: 2, hasOwnProperty: { prototype: 3 }, length: 4 }],
  ['keys that BSON knows', { _bsontype: 'ObjectId', inner: [{ _bsontype: 7 }, { _bsontype: null, toBSON: 1 }] }],
  ['what looks like a reference between documents', { a: { $ref: 'b.c', $id: 1, z: 2 }, $id: 2, $ref: 'x', $db: 'y' }],
  ['the names of our own fields', { _id: 1, data_payload: { device_id: 'x', source: {} }, stored_at: 'never' }],
  [
    'whole numbers of every size',
    { n: [0, 1, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, 1 - 2 ** 53] },
  ],
  ['fractions of every size', { n: [0.1, 1e-7, 5e-324, 1.7976931348623157e308, -2.5, 1 / 3] }],
  [
    'whole numbers of 64 bits',
    { n: [2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, 2n ** 64n - 1n, 2n ** 53n + 1n] },
  ],
  ['doubles beyond 2^53', { n: [9.9e37, -3.4028235e38, 6.02214076e23, 2 ** 53, 1e22, Number.MAX_VALUE] }],
  ['zero with a sign', { zero: -0, zeros: [0, -0] }],
  ['text of every plane', { schlüssel: 'größe', 鍵: '値', '🔑': '🧬🇪🇺', text: '\u2028\ufeff\uffff\u{10ffff}' }],
  ['escapes in keys', { 'a"b': 1, 'a\\b': { 'a\nb': 2, '"': 3 }, '\t': [{ '\\': 4, '\\\\': 5 }], '\u0001': 6 }],
  ['control characters', { text: 'a\0b\u0001\t\r\n"\\/\u007f', empty: '' }],
  ['keys that look like array indexes', { b: 1, 10: 2, 2: 3, a: 4, '-1': 5, '01': 6 }],
  ['members in unsorted order', { z: 1, a: 2, m: { y: 1, b: 2 }, _: 3, A: 4 }],
  ['200 kB', { text: 'x'.repeat(100_000), numbers: Array.from({ length: 15_000 }, (_, index) => index) }],
  ['5,000 members', Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key-${index}`, index]))],
];

const TIMESTAMPS: readonly [name: string, timestamp: string][] = [
  ['an offset', '2025-09-09T19:00:00+02:00'],
  ['the unknown offset', '2025-09-09T17:00:00-00:00'],
  ['nine fraction digits', '2025-09-09T17:00:00.123456789Z'],
  ['a fraction of zeros', '2025-09-09T17:00:00.000Z'],
  ['small letters', '2025-09-09t17:00:00z'],
  ['a leap second', '2016-12-31T23:59:60Z'],
  ['the year 0000', '0000-01-01T00:00:00+23:59'],
  ['an instant in the year 10000', '9999-12-31T23:59:59-23:59'],
  ['an instant before 1970', '1969-07-20T20:17:40.5Z'],
];

const IDS: readonly [deviceId: string, recordId: string][] = [
  ['a/b', 'c'],
  ['a', 'b/c'],
  ['a%2Fb', 'c'],
  ['a%', '2Fb/c'],
  ['Factory Floor/Line 1', 'run-17/sample-4'],
  ['tempSensor[0]', '(a) #3 + @'],
];

const ORIGINS: readonly [Pick<IngestEvent, 'timestamp_sent' | 'timestamp_source'>][] = [
  [{ timestamp_sent: '1757437200', timestamp_source: 'device' }],
  [{ timestamp_sent: '2025-09-09 19:00:00', timestamp_source: 'site_timezone' }],
  [{ timestamp_source: 'received' }],
];

/** Objects and arrays in turn, `depth` of them within each other. */
function nested(depth: number): JsonObject {
  let value: JsonValue = 'core';
  for (let level = depth; level > 1; level--) value = level % 2 === 0 ? [value] : { level: value };
  return { value };
}

export function describeExactness(openStore: OpenStore): void {
  describe('The exactness of stored values', () => {
    const under = useStore(openStore);

    it.each(PAYLOADS)('A payload with %s comes back member for member', async (name, payload) => {
      const record = recordToStore({ deviceId: 'payload', recordId: name, payload });
      expect(await under.store.writer.write([record], STORED_AT_MS)).toEqual([{ status: 'stored' }]);
      const found = await under.store.reader.find('payload', name);
      expect(stringifyExact(found?.data_payload)).toBe(stringifyExact(payload));
    });

    it('Every one of these payloads is recognised when it is repeated', async () => {
      const records = PAYLOADS.map(([recordId, payload]) => recordToStore({ deviceId: 'known', recordId, payload }));
      await under.store.writer.write(records, STORED_AT_MS);
      const outcomes = await under.store.writer.write(records, STORED_AT_MS);
      expect(outcomes).toEqual(records.map(() => ({ status: 'already-stored' })));
    });

    it.each(IDS)('The ids %s and %s do not collide with any others', async (deviceId, recordId) => {
      const record = recordToStore({ deviceId, recordId });
      expect(await under.store.writer.write([record], STORED_AT_MS)).toEqual([{ status: 'stored' }]);
      const found = await under.store.reader.find(deviceId, recordId);
      expect([found?.device_id, found?.record_id]).toEqual([deviceId, recordId]);
    });

    it.each(ORIGINS)('The origin of a timestamp comes back: %j', async (origin) => {
      const record = recordToStore({ deviceId: 'origin', recordId: JSON.stringify(origin), origin });
      await under.store.writer.write([record], STORED_AT_MS);
      const { records } = await under.store.reader.page({ deviceId: 'origin' }, 10);
      expect(records).toContainEqual(expect.objectContaining({ ...record.event, stored_at: expect.any(String) }));
    });

    it('A record with the time of its receipt is recognised when it is repeated', async () => {
      const traits = { deviceId: 'clockless', origin: { timestamp_source: 'received' } } as const;
      await under.store.writer.write([recordToStore(traits)], STORED_AT_MS);
      const later = recordToStore({ ...traits, timestamp: '2025-09-09T17:00:09Z' });
      expect(await under.store.writer.write([later], STORED_AT_MS)).toEqual([{ status: 'already-stored' }]);
    });

    it.each(TIMESTAMPS)('A timestamp with %s comes back letter for letter', async (name, timestamp) => {
      const record = recordToStore({ deviceId: 'timestamp', recordId: name, timestamp });
      expect(await under.store.writer.write([record], STORED_AT_MS)).toEqual([{ status: 'stored' }]);
      expect((await under.store.reader.find('timestamp', name))?.timestamp).toBe(timestamp);
    });
  });
}
