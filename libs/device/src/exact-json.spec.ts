import { describe, expect, it } from '@jest/globals';
import { exactJson } from './exact-json.js';

describe('The JSON text of a payload', () => {
  it.each([
    [{}],
    [{ a: 1, b: [1.5, -2e-7, 5e-324, 2 ** 53 - 1], c: { d: null, e: [[], {}] } }],
    [{ text: 'quote " backslash \\ line\n \u2028 \u20ac \ud83d\ude00', '': 'no key', 'a"b': true }],
  ])('The JSON text of a payload is what JSON.stringify writes: %p', (payload) => {
    expect(exactJson(payload)).toBe(JSON.stringify(payload));
  });

  it('The JSON text of a payload keeps the sign of a negative zero', () => {
    expect(exactJson({ value: -0, list: [-0] })).toBe('{"value":-0,"list":[-0]}');
  });

  it('The JSON text of a payload writes bigints in digits, and large doubles with an exponent', () => {
    const payload = { ns: 1490745150008486243n, list: [-(2n ** 63n), 2n ** 64n - 1n], volt: 9.9e37, even: 1e16 };
    const text =
      '{"ns":1490745150008486243,"list":[-9223372036854775808,18446744073709551615],"volt":9.9e+37,"even":1e+16}';
    expect(exactJson(payload)).toBe(text);
  });

  it('The JSON text of a payload leaves out members that are undefined, and writes dates as they write themselves', () => {
    expect(exactJson({ at: new Date(0), none: undefined })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
  });

  it('The JSON text of a payload may contain the same object in two places', () => {
    const range = { low: 1 };
    expect(exactJson({ a: range, b: range })).toBe('{"a":{"low":1},"b":{"low":1}}');
  });

  const loop: Record<string, unknown> = {};
  loop['self'] = { loop };
  const deep = (levels: number): object => (levels === 1 ? {} : { in: deep(levels - 1) });

  it.each<[string, unknown, string]>([
    ['NaN', { a: { b: Number.NaN } }, 'payload/a/b is NaN'],
    ['Infinity', { list: [1, Infinity] }, 'payload/list/1 is Infinity'],
    ['a BigInt of 65 bits', { big: 2n ** 64n }, 'payload/big is a bigint that is not from'],
    ['a function', { call: () => 1 }, 'payload/call is a function'],
    ['undefined in a list', { list: [undefined] }, 'payload/list/0 is a undefined'],
    ['a hole in a list', { list: new Array(1) }, 'payload/list/0 is a undefined'],
    [
      'a date that is no date',
      {
        at: {
          toJSON: () => {
            throw new Error('no');
          },
        },
      },
      'payload/at has a toJSON that throws',
    ],
    ['itself', loop, 'payload/self/loop contains itself'],
    ['33 levels', deep(33), 'is nested more than 32 levels deep'],
    ['a list as a whole', [], 'payload must be an object'],
    ['null as a whole', null, 'payload must be an object'],
    ['nothing as a whole', undefined, 'payload must be an object'],
  ])('The JSON text of a payload refuses %s with a pointer', (_, payload, message) => {
    expect(() => exactJson(payload)).toThrow(
      expect.objectContaining({ code: 'invalid-payload', message: expect.stringContaining(message) }),
    );
  });

  it('The JSON text of a payload may have 32 levels', () => {
    expect(exactJson(deep(32))).toBe(JSON.stringify(deep(32)));
  });
});
