import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readJson } from './read-json.js';

describe('Reading JSON', () => {
  it('Reading JSON gives an escaped key as it is, whatever keys were read before', () => {
    for (const earlier of ['\\', 'x\\', '\\n']) {
      for (const key of ['"', '\n', 'x"', 'x\t', '\u0001']) {
        readJson(JSON.stringify({ h: [], [earlier]: 0 }));
        expect(readJson(JSON.stringify({ h: 1, [key]: 2 }))).toStrictEqual({ h: 1, [key]: 2 });
      }
    }
  });

  it('Reading JSON returns every value unchanged', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify({ 'a\\"{:}': value }, null, space);
        expect(readJson(text)).toStrictEqual({ 'a\\"{:}': JSON.parse(JSON.stringify(value)) });
      }),
    );
  });

  it('Reading JSON sets no prototype', () => {
    const value = readJson('{"\\u005f_proto__":{"a":1}}') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__']);
  });

  it.each(['{"a\\n",1}', '{"":["a\\n",1}', '["\\', '{"a\\n":1,}', ''])(
    'Reading JSON refuses what is not JSON: %s',
    (text) => {
      expect(() => readJson(text)).toThrow(SyntaxError);
    },
  );
});
