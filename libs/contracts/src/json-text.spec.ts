import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readText } from './json-reader.js';
import { stringifyExact } from './json-text.js';

const number = fc.oneof(
  fc.constantFrom<number | bigint>(-0, 2 ** 53, -(2 ** 53), 1e21, 123456789012345680000, 2n ** 64n - 1n, -(2n ** 63n)),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, number, fc.string(), fc.constant(null), fc.boolean(), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 5 }),
  object: fc.dictionary(fc.string({ maxLength: 5 }), tie('value'), { maxKeys: 5, noNullPrototype: true }),
}));

describe('stringifyExact', () => {
  it('Each value is written so that it is read as the same value', () => {
    fc.assert(
      fc.property(value, (written) => {
        expect(readText(stringifyExact(written)).value).toStrictEqual(written);
      }),
      { numRuns: 1000 },
    );
  });

  it('Values that JSON does not have are written as JSON.stringify writes them', () => {
    const others = { left: undefined, list: [undefined, -0, () => 1], time: new Date(0), after: undefined };
    expect(stringifyExact({ ...others, large: 1e22 })).toBe(
      '{"list":[null,-0,null],"time":"1970-01-01T00:00:00.000Z","large":1e+22}',
    );
  });
});
