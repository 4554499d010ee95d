import { describe, expect, it } from '@jest/globals';
import { readExactly } from './exact-value.js';

const exact = (text: string) => readExactly(text)?.exact;

describe('The second reader of JSON', () => {
  it.each([
    ['{"b":1,"a":[1.0,"x",{}]}', '\n{ "a" : [ 1 , "\\u0078", { } ] , "b" : 1e0 }'],
    ['{"2":0,"1":0}', '{"1":0,"2":0}'],
    ['0.1', '0.10000000000000000555'],
    ['[]', ' [ ] '],
  ])('The second reader of JSON reads %s and %s as equal', (a, b) => {
    expect(exact(a)).toBeDefined();
    expect(exact(b)).toBe(exact(a));
  });

  it.each([
    ['0', '-0'],
    ['"1"', '1'],
    ['[1,2]', '[2,1]'],
    ['{"a":1}', '{"A":1}'],
    ['"\\ud83d\\ude00"', '"\\ude00\\ud83d"'],
  ])('The second reader of JSON distinguishes %s from %s', (a, b) => {
    expect(exact(a)).toBeDefined();
    expect(exact(b)).not.toBe(exact(a));
  });

  it.each([
    ...['', '{', '[1', '[1 2]', '[,1]', '[1,]', '{"a"}', '{"a":1,}', '{"a":1 "b":2}', '{1:2}', '1 1', 'tru', '"\n"'],
    ...['01', '+1', '.5', '1.', '1e', 'NaN', 'Infinity', '0x10', "'a'", '"\\x"'],
  ])('The second reader of JSON refuses text that is not JSON: %s', (text) => {
    expect(readExactly(text)).toBeUndefined();
  });

  it.each([...['{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '1e400', '1e-400', '18446744073709551616']])(
    'The second reader of JSON finds that neither a double nor an object can hold %s, at any path',
    (text) => {
      for (const around of [text, `[${text}]`, `{"x":[${text}],"y":0}`]) {
        expect(readExactly(around)).toMatchObject({ exact: undefined });
      }
      expect(readExactly(`[0,${text}]`)!.items![0]!.exact).toBe('0');
    },
  );
});
