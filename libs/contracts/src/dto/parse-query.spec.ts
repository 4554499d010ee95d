import { describe, expect, it } from '@jest/globals';
import { BufferQueryDto } from './buffer.dto.js';
import { parseQuery } from './parse-query.js';
import { RecordsQueryDto } from './records.dto.js';

/** Pointer and code of each problem of a query. */
function problemsOf(raw: object): string[] {
  const parsed = parseQuery(RecordsQueryDto, raw);
  return parsed.ok ? [] : parsed.errors.map(({ pointer, code }) => `${pointer} ${code}`);
}

describe('parseQuery', () => {
  it('parseQuery returns the defaults for an empty query', () => {
    expect(parseQuery(BufferQueryDto, {})).toEqual({ ok: true, value: { limit: 100 } });
    const records = parseQuery(RecordsQueryDto, Object.create(null) as object);
    expect(records).toEqual({ ok: true, value: { limit: 100, state: 'stored' } });
  });

  it('parseQuery reads every parameter', () => {
    const raw = {
      device_id: 'dev-2',
      from: '2025-09-09T00:00:00Z',
      to: '2025-09-10T00:00:00+02:00',
      limit: '1000',
      cursor: 'abc',
    };
    expect(parseQuery(RecordsQueryDto, raw)).toEqual({ ok: true, value: { ...raw, limit: 1000, state: 'stored' } });
  });

  it.each(['0', '1001', '-1', '1.5', '1e2', '0x10', ' 7', '7 ', '', 'NaN', 'Infinity', 'ten', '9'.repeat(20)])(
    'parseQuery refuses the limit "%s"',
    (limit) => expect(problemsOf({ limit })).toEqual(['?limit range']),
  );

  it.each([
    ['a device_id out of its alphabet', { device_id: 'dev*2' }, '?device_id pattern'],
    ['an empty device_id', { device_id: '' }, '?device_id length'],
    ['an instant without a zone', { from: '2025-09-09T00:00:00' }, '?from timestamp'],
    ['an instant whose plus became a space', { to: '2025-09-10T00:00:00 02:00' }, '?to timestamp'],
    ['a cursor that is empty', { cursor: '' }, '?cursor length'],
    ['a cursor that is too long', { cursor: 'x'.repeat(1025) }, '?cursor length'],
    ['an unknown parameter', { offset: '7' }, '?offset unknown-parameter'],
    ['an operator in brackets', { 'device_id[$ne]': 'x' }, '?device_id[$ne] unknown-parameter'],
    ['an operator as an object', { device_id: { $ne: 'x' } }, '?device_id repeated-parameter'],
    ['a repeated parameter', { limit: ['1', '2'] }, '?limit repeated-parameter'],
    ['a parameter named constructor', { constructor: '1' }, '?constructor unknown-parameter'],
    ['a parameter named toString', { toString: '1' }, '?toString unknown-parameter'],
    ['a parameter named __proto__', JSON.parse('{"__proto__":"1"}') as object, '?__proto__ unknown-parameter'],
  ])('parseQuery refuses %s', (_, raw, problem) => {
    expect(problemsOf(raw)).toEqual([problem]);
  });

  it('parseQuery names every problem of a query', () => {
    expect(problemsOf({ limit: '0', from: 'x', page: '2', cursor: ['a', 'b'] }).sort()).toEqual([
      '?cursor repeated-parameter',
      '?from timestamp',
      '?limit range',
      '?page unknown-parameter',
    ]);
  });

  it('parseQuery refuses the parameters of another path', () => {
    const parsed = parseQuery(BufferQueryDto, { from: '2025-09-09T00:00:00Z' });
    expect(parsed).toMatchObject({ ok: false, errors: [{ pointer: '?from', code: 'unknown-parameter' }] });
  });
});
