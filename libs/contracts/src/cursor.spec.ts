import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor, MAX_CURSOR_LENGTH } from './cursor.js';

const buffer = { partition: 3, offset: 41 };
const records = { timestampMs: 1757437200000, deviceId: 'dev-2', recordId: 'run-17/sample-4' };
const written = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('A cursor', () => {
  it('A cursor comes back as it was written', () => {
    expect(decodeCursor(encodeCursor(buffer), 'buffer')).toEqual(buffer);
    expect(decodeCursor(encodeCursor(records), 'records')).toEqual(records);
  });

  it('A cursor comes back from an instant before 1970', () => {
    const early = { ...records, timestampMs: -62167219200000 };
    expect(decodeCursor(encodeCursor(early), 'records')).toEqual(early);
  });

  it('A cursor fits its limit with the longest ids, every character escaped', () => {
    const longest = { timestampMs: -62167219200000, deviceId: 'd'.repeat(128), recordId: '"'.repeat(128) };
    expect(encodeCursor(longest).length).toBeLessThanOrEqual(MAX_CURSOR_LENGTH);
    expect(decodeCursor(encodeCursor(longest), 'records')).toEqual(longest);
  });

  it('A cursor of the other kind is not accepted', () => {
    expect(decodeCursor(encodeCursor(buffer), 'records')).toBeUndefined();
    expect(decodeCursor(encodeCursor(records), 'buffer')).toBeUndefined();
  });

  it.each([
    ['no member', {}],
    ['a member missing', { partition: 3 }],
    ['a member too many', { ...buffer, extra: 1 }],
    ['a negative offset', { ...buffer, offset: -1 }],
    ['a fraction', { ...buffer, offset: 0.5 }],
    ['an offset too large', { ...buffer, offset: 2 ** 53 }],
    ['a text for a number', { ...buffer, offset: '41' }],
    ['a list', [3, 41]],
    ['null', null],
    ['a number', 41],
  ])('A cursor is refused with %s', (_, value) => {
    expect(decodeCursor(written(value), 'buffer')).toBeUndefined();
  });

  it.each([
    ['a device_id that is an operator', { ...records, deviceId: { $ne: '' } }],
    ['a device_id out of its alphabet', { ...records, deviceId: 'dev*2' }],
    ['a record_id too long', { ...records, recordId: 'r'.repeat(129) }],
    ['an instant that is null', { ...records, timestampMs: null }],
  ])('A cursor is refused with %s', (_, value) => {
    expect(decodeCursor(written(value), 'records')).toBeUndefined();
  });

  it.each(['', '!', '====', 'e30=', ' e30', `${'A'.repeat(MAX_CURSOR_LENGTH)}A`])(
    'A cursor is refused as the text "%.20s"',
    (text) => {
      expect(decodeCursor(text, 'buffer')).toBeUndefined();
    },
  );

  it('Decoding a cursor never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => expect(decodeCursor(text, 'records')).toBeUndefined()),
    );
  });
});
