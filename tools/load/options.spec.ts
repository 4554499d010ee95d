import { describe, expect, it } from '@jest/globals';
import { optionsOf, requireKnown } from './options.js';

const USAGE = 'npm run tool -- [--rounds N]';

class Ended extends Error {
  constructor(
    readonly text: string,
    readonly code: number,
  ) {
    super(text);
  }
}

function end(text: string, code: number): never {
  throw new Ended(text, code);
}

const read = (...args: string[]) =>
  optionsOf(USAGE, { args, options: { rounds: { type: 'string', default: '3' } } }, end).values;

describe('The options of a tool', () => {
  it('The options of a tool are those that were given, and the defaults of the others', () => {
    expect(read('--rounds', '5')).toEqual({ rounds: '5' });
    expect(read()).toEqual({ rounds: '3' });
  });

  it('The options of a tool are shown for --help', () => {
    expect(() => read('--help')).toThrow(expect.objectContaining({ text: USAGE, code: 0 }));
  });

  it.each([['--round'], ['--rounds'], ['more']])(
    'The options of a tool are shown for what it does not know: %s',
    (...args) => {
      const ended = expect.objectContaining({ text: expect.stringContaining(USAGE), code: 2 });
      expect(() => read(...args)).toThrow(ended);
    },
  );

  it('The options of a tool can be names, and unknown ones are refused with those that there are', () => {
    expect(() => requireKnown('fault', ['a', 'b'], ['a', 'b', 'c'], end)).not.toThrow();
    const ended = expect.objectContaining({ text: 'There is no fault x; there are: a, b.', code: 2 });
    expect(() => requireKnown('fault', ['a', 'x'], ['a', 'b'], end)).toThrow(ended);
  });
});
