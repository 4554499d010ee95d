import { describe, expect, it } from '@jest/globals';
import { stringifyExact, type JsonObject, type JsonValue } from '@sluice/contracts';
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
  ['zero with a sign', { zero: -0, zeros: [0, -0] }],
  ['text of every plane', { schlüssel: 'größe', 鍵: '値', '🔑': '🧬🇪🇺', text: '\u2028\ufeff\uffff\u{10ffff}' }],
  ['escapes in keys', { 'a"b': 1, 'a\\b': { 'a\nb': 2, '"': 3 }, '\t': [{ '\\': 4, '\\\\': 5 }], '\u0001': 6 }],
  ['control characters', { text: 'a\0b\u0001\t\r\n"\\/\u007f', empty: '' }],
  ['keys that look like array indexes', { b: 1, 10: 2, 2: 3, a: 4, '-1': 5, '01': 6 }],
  ['members in an order of their own', { z: 1, a: 2, m: { y: 1, b: 2 }, _: 3, A: 4 }],
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

/** Objects and arrays in turn, `depth` of them within each other. */
function nested(depth: number): JsonObject {
  let value: JsonValue = 'core';
  for (let level = depth; level > 1; level--) value = level % 2 === 0 ? [value] : { level: value };
  return { value };
}

export function describeExactness(openStore: OpenStore): void {
  describe('keeping what was said', () => {
    const under = useStore(openStore);

    it.each(PAYLOADS)('gives back a payload with %s, member for member', async (name, payload) => {
      const record = recordToStore({ deviceId: 'payload', recordId: name, payload });
      expect(await under.store.writer.write([record], STORED_AT_MS)).toEqual([{ status: 'stored' }]);
      const found = await under.store.reader.find('payload', name);
      expect(stringifyExact(found?.data_payload)).toBe(stringifyExact(payload));
    });

    it('knows every one of these payloads again', async () => {
      const records = PAYLOADS.map(([recordId, payload]) => recordToStore({ deviceId: 'known', recordId, payload }));
      await under.store.writer.write(records, STORED_AT_MS);
      const outcomes = await under.store.writer.write(records, STORED_AT_MS);
      expect(outcomes).toEqual(records.map(() => ({ status: 'already-stored' })));
    });

    it.each(TIMESTAMPS)('gives back a timestamp with %s, letter for letter', async (name, timestamp) => {
      const record = recordToStore({ deviceId: 'timestamp', recordId: name, timestamp });
      expect(await under.store.writer.write([record], STORED_AT_MS)).toEqual([{ status: 'stored' }]);
      expect((await under.store.reader.find('timestamp', name))?.timestamp).toBe(timestamp);
    });
  });
}
