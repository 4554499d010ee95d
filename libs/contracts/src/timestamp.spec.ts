import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isTimestamp, parseTimestamp } from './timestamp.js';

describe('parseTimestamp', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2025-09-09T17:00:00Z', 1757437200000],
    ['2025-09-09t17:00:00z', 1757437200000],
    ['2025-09-09T19:00:00+02:00', 1757437200000],
    ['2025-09-09T11:30:00-05:30', 1757437200000],
    ['2025-09-09T17:00:00-00:00', 1757437200000],
    ['2025-09-09T17:00:00.2Z', 1757437200200],
    ['2025-09-09T17:00:00.25Z', 1757437200250],
    ['2025-09-09T17:00:00.25+00:00', 1757437200250],
    ['2025-09-09T17:00:00.2509999999Z', 1757437200250],
    ['1969-12-31T23:59:59.999Z', -1],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['2016-12-31T23:59:60.25Z', Date.UTC(2017, 0, 1) + 250],
    ['2017-01-01T05:29:60+05:30', Date.UTC(2017, 0, 1)],
    ['0000-01-01T00:00:00Z', -62167219200000],
    ['0099-12-31T00:00:00Z', -59011545600000],
    ['9999-12-31T23:59:59.999Z', 253402300799999],
  ])('parseTimestamp reads %s', (text, instant) => {
    expect(parseTimestamp(text)).toBe(instant);
  });

  it('parseTimestamp reads the text that a Date writes', () => {
    const dates = fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(fc.property(dates, (date) => expect(parseTimestamp(date.toISOString())).toBe(date.getTime())));
  });

  it('parseTimestamp agrees with Date on the days that a month has', () => {
    const part = (max: number) => fc.integer({ min: 0, max }).map((number) => String(number).padStart(2, '0'));
    fc.assert(
      fc.property(fc.constantFrom('1900', '2000', '2024', '2025'), part(13), part(32), (year, month, day) => {
        const text = `${year}-${month}-${day}T00:00:00Z`;
        const date = new Date(text);
        const isReal = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 10));
        expect(parseTimestamp(text)).toBe(isReal ? date.getTime() : undefined);
      }),
    );
  });

  it('parseTimestamp never throws, and agrees with isTimestamp', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'0123456789-:TZ.+') }));
    fc.assert(fc.property(texts, (text) => expect(parseTimestamp(text) !== undefined).toBe(isTimestamp(text))));
  });
});
