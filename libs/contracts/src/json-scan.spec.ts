import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ScanLimits, ValueScanner } from './json-scan.js';
import { KnownShapes } from './known-shapes.js';

const NO_LIMITS: ScanLimits = { maxDepth: Infinity, maxBytes: Infinity, maxValues: Infinity };

function scan(text: string, limits: Partial<ScanLimits> = {}, stopsAtFlaw = false): ValueScanner {
  const bytes = Buffer.from(text);
  const scanner = new ValueScanner(bytes, { ...NO_LIMITS, ...limits });
  scanner.scan(0, bytes.length, stopsAtFlaw);
  return scanner;
}

interface Counts {
  depth: number;
  values: number;
  strings: number;
}

function count(value: unknown): Counts {
  if (typeof value !== 'object' || value === null) {
    return { depth: 0, values: 1, strings: typeof value === 'string' ? 1 : 0 };
  }
  const keys = Array.isArray(value) ? 0 : Object.keys(value).length;
  const inner = Object.values(value).map(count);
  const sum = (of: (counts: Counts) => number) => inner.reduce((total, counts) => total + of(counts), 0);
  return {
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
    values: 1 + keys + sum(({ values }) => values),
    strings: keys + sum(({ strings }) => strings),
  };
}

/** The same value in its longest JSON text: white space, and every character of a text as an escape. */
function writtenLong(value: unknown, space: string): string {
  return JSON.stringify(value, undefined, 4)
    .replaceAll('\n', `\n${space}`)
    .replace(/"(?:[^"\\]|\\.)*"/g, (text) => `"${escaped(JSON.parse(text) as string)}"`);
}

const escaped = (text: string) =>
  Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');

const containers = fc.jsonValue().map((value) => ({ value }));

describe('ValueScanner', () => {
  it('A scan ends at the end of the value, whatever follows', () => {
    fc.assert(
      fc.property(containers, fc.constantFrom('', ' ', ',1]', '}', '"', '\\'), (value, rest) => {
        const text = JSON.stringify(value);
        const { end, isComplete } = scan(text + rest);
        expect([end, isComplete]).toEqual([Buffer.byteLength(text), true]);
      }),
    );
  });

  it('Texts, values and levels are counted exactly', () => {
    fc.assert(
      fc.property(containers, (value) => {
        const { depth, values, strings } = count(value);
        const text = JSON.stringify(value);
        expect(scan(text).strings).toBe(strings);
        expect(scan(text, { maxDepth: depth, maxValues: values }).flaw).toBeUndefined();
        expect(scan(text, { maxDepth: depth - 1 }).flaw).toBe('depth');
        expect(scan(text, { maxValues: values - 1 }).flaw).toBe('values');
      }),
    );
  });

  it('A value that can be written within the limit is not too large', () => {
    fc.assert(
      fc.property(containers, fc.constantFrom('', '    ', '\t\r\n'), (value, space) => {
        const maxBytes = Buffer.byteLength(JSON.stringify(value));
        expect(scan(writtenLong(value, space), { maxBytes }).flaw).toBeUndefined();
      }),
    );
  });

  it('A text is too large by its characters, and a number by digits that change no double', () => {
    expect(scan(`{"a":"${'x'.repeat(100)}"}`, { maxBytes: 100 }).flaw).toBe('size');
    expect(scan(`{"a":${'7'.repeat(1000)}}`, { maxBytes: 100 }).flaw).toBeUndefined();
    expect(scan(`{"a":${'7'.repeat(2000)}}`, { maxBytes: 100 }).flaw).toBe('size');
  });

  it('A scan finds the first character of a text that exceeds the limit', () => {
    for (const character of ['x', '\u00e9', '\u{1f600}']) {
      const { flaw, flawEnd } = scan(`["${character.repeat(1000)}"]`, { maxBytes: 101 });
      expect([flaw, flawEnd]).toEqual(['size', '["'.length + 100]);
    }
    expect(scan(`["${'\\u0041'.repeat(1000)}"]`, { maxBytes: 101 }).flawEnd).toBe('["'.length + 600);
  });

  it('A scan continues after a value that exceeds a limit, unless its end is not needed', () => {
    const text = '[[[1]],"]"]';
    expect(scan(text, { maxDepth: 1 })).toMatchObject({
      flaw: 'depth',
      flawEnd: 2,
      end: text.length,
      isComplete: true,
    });
    expect(scan(text, { maxDepth: 1 }, true)).toMatchObject({ flaw: 'depth', end: 2 });
  });

  it.each<[string, boolean]>([
    ['{"a\\n":1}', true],
    ['{"a\\n" \n:1}', true],
    ['{"a":"\\n"}', false],
    ['{"a":["\\n",{"b":1}]}', false],
    ['{"a":"\\":"}', false],
  ])('A scan detects an escape in a key: %s', (text, expected) => expect(scan(text).hasEscapedKey).toBe(expected));

  it.each<[string, boolean]>([
    ['1e-400', true],
    ['-3E-0999', true],
    [`0.${'0'.repeat(330)}7`, true],
    ['1e-99', false],
    ['false', false],
    ['"1e-400"', false],
  ])('A scan detects a number that may become zero: %.20s', (text, expected) =>
    expect(scan(`[${text}]`).mayVanish).toBe(expected),
  );

  it.each<[string, boolean]>([
    ['-0', true],
    ['-0.0e5', true],
    ['-1', false],
    ['0', false],
    ['"-0"', false],
  ])('A scan detects a number that may be -0: %s', (text, expected) =>
    expect(scan(`[${text}]`).mayBeNegativeZero).toBe(expected),
  );

  it.each<[string, boolean]>([
    ['9007199254740993', true],
    ['-12345678901234567', true],
    ['12345678901234567890.5', true],
    ['1764460800000000', false],
    ['23.456789012345678', false],
    ['0.12345678901234567890', false],
    ['"12345678901234567890"', false],
  ])('ValueScanner finds a whole number that a double may change: %s', (text, expected) => {
    const texts = [`[${text}]`, `{"a": ${text} }`, `[1,\n${text},2]`];
    expect(texts.map((each) => scan(each).mayHaveLargeInteger)).toEqual(texts.map(() => expected));
  });

  it('ValueScanner counts the keys that have an escape of one letter', () => {
    const shapes = new KnownShapes();
    const bytes = Buffer.from('{"a\\n":{"\\"":1},"\\u00e4":"\\n","b":["\\n"],"\\u00e4\\\\":0}');
    new ValueScanner(bytes, NO_LIMITS, shapes).scan(0, bytes.length, false);
    expect(shapes.escapedKeys).toBe(3);
  });

  it('ValueScanner counts the numbers with an exponent of two digits or more', () => {
    const shapes = new KnownShapes();
    const bytes = Buffer.from('[1e22,2.5E+10,-1e007,1e5,1e-20,true,false,"1e22",{"1e22":1E300}]');
    new ValueScanner(bytes, NO_LIMITS, shapes).scan(0, bytes.length, false);
    expect(shapes.exponents).toBe(4);
  });

  const differentKeys = (count: number) => `{${Array.from({ length: count }, (_, at) => `"new-${at}":0`).join(',')}}`;

  it('Objects of many new keys are detected, and are known the second time', () => {
    const shapes = new KnownShapes();
    const bytes = Buffer.from(`[${differentKeys(100)},${differentKeys(100)}]`);
    const scanner = new ValueScanner(bytes, NO_LIMITS, shapes);
    const found = [1, bytes.length / 2 + 1].map((from) => {
      scanner.scan(Math.floor(from), bytes.length, false);
      return scanner.hasNewShapes;
    });
    expect(found).toEqual([true, false]);
    expect(shapes.newKeys).toBeGreaterThanOrEqual(100);
  });

  it.each(['', '{', '{"a', '{"a\\', '[1', '"\\"'])('A scan reads no further than the bytes: %s', (text) => {
    const scanner = scan(text);
    expect([scanner.end, scanner.isComplete]).toEqual([text.length, false]);
  });
});
