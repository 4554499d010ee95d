import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeUtf8, parseJson, type ParsedJson, readExactJson, readJson } from './json.js';
import { checkJson } from './json-check.js';
import { pointerStep } from './json-pointer.js';
import { MAX_CHANGES, readText } from './json-reader.js';
import { stringifyExact } from './json-text.js';

/** A JSON value before it is written, which can have what a parsed one cannot: one key twice, a number that becomes zero. */
type Draft =
  | { kind: 'leaf'; text: string; vanishes: boolean }
  | { kind: 'list'; items: Draft[] }
  | { kind: 'object'; members: [string, Draft][] };

const leafTexts = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '1e-7',
    '12',
    'true',
    'null',
    '"1e-400"',
    '"0.0"',
    '"\\"a\\":"',
    '"{\\"a\\":1}"',
    '"\\\\"',
  ),
  fc.string({ unit: fc.constantFrom('a', '"', '\\', ':', '\u2222', '\u{1f600}') }).map((text) => JSON.stringify(text)),
);
const vanishingTexts = fc.constantFrom('1e-400', '-3E-0999', '0.5e-330', `0.${'0'.repeat(330)}7`);
const leaves = fc.oneof(
  { weight: 8, arbitrary: leafTexts.map((text): Draft => ({ kind: 'leaf', text, vanishes: false })) },
  vanishingTexts.map((text): Draft => ({ kind: 'leaf', text, vanishes: true })),
);
const keys = fc.constantFrom('a', 'b', 'c', '', '/', '~', '"', '\\', '__proto__', '1', '\u2222');

const { draft } = fc.letrec<{ draft: Draft }>((tie) => ({
  draft: fc.oneof(
    { depthSize: 'small' },
    leaves,
    fc.array(tie('draft')).map((items): Draft => ({ kind: 'list', items })),
    fc.array(fc.tuple(keys, tie('draft'))).map((members): Draft => ({ kind: 'object', members })),
  ),
}));

function write(value: Draft, space: string): string {
  if (value.kind === 'leaf') return value.text;
  if (value.kind === 'list') return `[${value.items.map((item) => space + write(item, space)).join(',')}${space}]`;
  const members = value.members.map(
    ([key, item]) => `${space}${JSON.stringify(key)}${space}:${space}${write(item, space)}`,
  );
  return `{${members.join(`${space},`)}}`;
}

function valueOf(value: Draft): unknown {
  if (value.kind === 'leaf') return JSON.parse(value.text);
  if (value.kind === 'list') return value.items.map(valueOf);
  return Object.fromEntries(value.members.map(([key, item]) => [key, valueOf(item)])) as unknown;
}

function changesOf(value: Draft, pointer = ''): { duplicateKeys: string[]; vanishedNumbers: string[] } {
  const changes = { duplicateKeys: [] as string[], vanishedNumbers: [] as string[] };
  if (value.kind === 'leaf') return value.vanishes ? { ...changes, vanishedNumbers: [pointer] } : changes;
  const children: [string | number, Draft][] = value.kind === 'list' ? [...value.items.entries()] : value.members;
  children.forEach(([step, child], place) => {
    const at = pointer + pointerStep(step);
    const inner = changesOf(child, at);
    if (children.slice(0, place).some(([earlier]) => earlier === step)) changes.duplicateKeys.push(at);
    changes.duplicateKeys.push(...inner.duplicateKeys);
    changes.vanishedNumbers.push(...inner.vanishedNumbers);
  });
  return changes;
}

describe('parseJson', () => {
  it('Every repeated key and every number that becomes zero is listed, in the order of the text', () => {
    fc.assert(
      fc.property(draft, fc.constantFrom('', ' ', '\n\t'), (value, space) => {
        const text = write(value, space);
        const { duplicateKeys, vanishedNumbers, ...parsed } = parseJson(text) as ParsedJson & { ok: true };
        expect(parsed).toMatchObject({ ok: true, hugeNumbers: [] });
        expect(parsed.value).toStrictEqual(valueOf(value));
        const all = changesOf(value);
        expect(duplicateKeys).toStrictEqual(all.duplicateKeys.slice(0, MAX_CHANGES));
        expect(vanishedNumbers).toStrictEqual(all.vanishedNumbers.slice(0, MAX_CHANGES));
      }),
      { numRuns: 500 },
    );
  });

  it('An escaped key is read correctly, whatever keys were read before', () => {
    for (const earlier of ['\\', 'x\\', '\\n']) {
      for (const key of ['"', '\n', 'x"', 'x\t', '\u0001']) {
        const texts = [
          { h: [], [earlier]: 0 },
          { h: 1, [key]: 2 },
        ].map((value) => JSON.stringify(value));
        const [, value] = texts.map((text) => parseJson(text));
        expect(value).toMatchObject({ value: { h: 1, [key]: 2 } });
        expect(readJson(texts[1]!)).toStrictEqual({ h: 1, [key]: 2 });
      }
    }
  });

  it.each([
    ['a letter', String.raw`{"\u0061b":1}`, 'ab'],
    ['a letter beyond ASCII', String.raw`{"\u00E4\u2222":1}`, '\u00e4\u2222'],
    ['the escape of a backslash', String.raw`{"\\u0061":1}`, String.raw`\u0061`],
    ['a quote', String.raw`{"\u0022a":1}`, '"a'],
    ['a backslash', String.raw`{"\u005cu0061":1}`, String.raw`\u0061`],
    ['a line feed', String.raw`{"\u000aa\u0061":1}`, '\naa'],
    ['a pair of surrogates', String.raw`{"\ud83d\ude00\u0061":1}`, '\u{1f600}a'],
    ['half a pair', String.raw`{"\ud83d":1}`, '\ud83d'],
  ])('A key is read with %s that is escaped', (_, text, key) => {
    expect(parseJson(text)).toMatchObject({ ok: true, value: { [key]: 1 } });
    const twice = `${text.slice(0, -1)},${JSON.stringify(key)}:2}`;
    expect(parseJson(twice)).toMatchObject({ ok: true, duplicateKeys: [pointerStep(key)] });
  });

  it('An error beside an escaped key has the position of the text that was sent', () => {
    const text = String.raw`{"\u0061":1,"b":x}`;
    expect(parseJson(text)).toMatchObject({ ok: false, position: text.indexOf('x') });
  });

  it('A change is found beside a text too long for the stack of a pattern', () => {
    const parsed = parseJson(`{"a":"${'ab\\n'.repeat(4_000_000)}","a":1}`);
    expect(parsed).toMatchObject({ duplicateKeys: ['/a'], value: { a: 1 } });
  });

  it('A change is found at any depth without running out of stack', () => {
    const depth = 20_000;
    const parsed = parseJson(`${'['.repeat(depth)}{"a":1,"a":1e-400}${']'.repeat(depth)}`);
    expect(parsed).toMatchObject({ ok: true });
    const pointer = `${'/0'.repeat(255)}/\u2026`;
    if (parsed.ok) expect([...parsed.duplicateKeys, ...parsed.vanishedNumbers]).toEqual([pointer, pointer]);
  });

  it('The error locates the invalid character without repeating the text', () => {
    for (const text of ['{"secret":1,}', '{"secret":', 'secret', '{"secret" 1}', '']) {
      const parsed = parseJson(text);
      expect(parsed).toMatchObject({ ok: false });
      if (!parsed.ok) expect(parsed.detail).toMatch(/^not JSON/);
      expect(JSON.stringify(parsed)).not.toContain('secret');
    }
  });
});

describe('decodeUtf8', () => {
  it('Any text is decoded without change, except for one byte order mark that is removed', () => {
    const texts = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed().replace(/^\ufeff+/, ''));
    fc.assert(
      fc.property(texts, (text) => {
        expect(decodeUtf8(Buffer.from(text))).toBe(text);
        expect(decodeUtf8(Buffer.from(`\ufeff${text}`))).toBe(text);
      }),
    );
  });

  it('No byte is ever replaced', () => {
    const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(bytes, (value) => {
        const text = decodeUtf8(value);
        if (text !== undefined)
          expect(Buffer.from(text).equals(value) || text === value.toString().slice(1)).toBe(true);
      }),
    );
  });
});

describe('stringifyExact', () => {
  it('Whole numbers of 64 bits are written in digits and large doubles with an exponent, and both come back', () => {
    const value = {
      list: [2n ** 63n, -(2n ** 63n), 9007199254740993n],
      large: [9.9e37, 2 ** 53, -1e22],
      text: '9.9e37',
    };
    const text = stringifyExact(value);
    expect(text).toBe(
      '{"list":[9223372036854775808,-9223372036854775808,9007199254740993],' +
        '"large":[9.9e+37,9.007199254740992e+15,-1e+22],"text":"9.9e37"}',
    );
    expect(readExactJson(text)).toStrictEqual(value);
    expect(parseJson(text)).toMatchObject({ value });
  });

  it('The text equals that of JSON.stringify, except for -0 and numbers of 2^53 and more', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = stringifyExact(value);
        expect(readJson(text)).toStrictEqual(value);
        expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('Members that are undefined are left out, as JSON.stringify does', () => {
    expect(stringifyExact({ a: undefined, b: -0 })).toBe('{"b":-0}');
  });
});

describe('readText', () => {
  const splinters = fc.constantFrom(...'[]{},:"\\/bu01-.eE+tn \n\r\u0001\u00e9\u{1f600}');

  it('It reads what JSON.parse reads, and refuses what JSON.parse refuses', () => {
    const mutation = fc.tuple(fc.nat(), fc.nat({ max: 2 }), splinters);
    fc.assert(
      fc.property(
        draft,
        fc.constantFrom('', ' ', '\n\t'),
        fc.array(mutation, { maxLength: 2 }),
        (value, space, mutations) => {
          let text = write(value, space);
          for (const [at, gone, put] of mutations) {
            const place = at % (text.length + 1);
            text = text.slice(0, place) + put + text.slice(place + gone);
          }
          const outcome = outcomeOf(() => readText(text).value);
          const expected = outcomeOf(() => JSON.parse(text));
          const bytes = Buffer.from(text);
          expect(typeof outcomeOf(() => checkJson(bytes, 0, bytes.length))).toBe(typeof expected);
          // JSON.parse may turn an escaped key into another one.
          if (text.includes('\\')) expect(typeof outcome).toBe(typeof expected);
          else expect(outcome).toStrictEqual(expected);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('A limited number of changes of each kind is listed, and reading continues', () => {
    const { value, duplicateKeys } = readText(`{${'"a":1,'.repeat(10_000)}"b":2}`);
    expect([value, duplicateKeys.length]).toEqual([{ a: 1, b: 2 }, MAX_CHANGES]);
  });
});

/** The value, or that there is none. */
function outcomeOf(read: () => unknown): unknown {
  try {
    return { value: read() };
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return 'not JSON';
  }
}
