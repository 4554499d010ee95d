import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PROBLEMS } from '@sluice/contracts';
import type { RefusedError } from '../refusal.js';
import { readSubmission } from './read-submission.js';
import type { Submission, SubmittedRecord } from './submission.js';

interface Read {
  isBatch: boolean;
  records: SubmittedRecord[];
}

const readAs = (mediaType: 'application/json' | 'application/x-ndjson') => async (text: string | Buffer) => {
  const { isBatch, records } = await readSubmission(Buffer.from(text as string), { mediaType, maxRecords: 3 });
  return { isBatch, records: Array.from({ length: records.length }, (_, index) => records.read(index)) };
};
const readJson = readAs('application/json');
const readLines = readAs('application/x-ndjson');

/** @returns where the body is not JSON, if so */
function readAll({ records }: Submission): number | undefined {
  try {
    for (let index = 0; index < records.length; index++) records.read(index);
    return undefined;
  } catch (error) {
    return offsetOf(error as RefusedError);
  }
}

function offsetOf({ code, refusal }: RefusedError): number | undefined {
  return code === 'invalid-json' ? refusal.errors![0]!.offset : undefined;
}

function faultOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const readable = (value: unknown) => ({
  state: 'read',
  value,
  isExact: false,
  mayHaveRareNumbers: false,
  fieldNumbers: new Map(),
  problems: [],
});
const pointersOf = ({ records }: Read) =>
  records.map((record) =>
    record.state === 'unreadable' ? record.state : record.problems.map(({ pointer, code }) => [pointer, code]),
  );

describe('JSON', () => {
  it('JSON that is an object is a single record', async () => {
    await expect(readJson('{"a":1}')).resolves.toEqual({ isBatch: false, records: [readable({ a: 1 })] });
  });

  it('JSON that is an array of one record is a batch', async () => {
    await expect(readJson('[{"a":1}]')).resolves.toEqual({ isBatch: true, records: [readable({ a: 1 })] });
  });

  it('JSON has bigints for large whole numbers, wherever the record has them', async () => {
    const record = '{"a":9007199254740993,"b":1764460800000000,"c":[{"d":-9223372036854775808}]}';
    const value = { a: 9007199254740993n, b: 1764460800000000, c: [{ d: -9223372036854775808n }] };
    const large = expect.objectContaining({ value, isExact: true, mayHaveRareNumbers: true });
    const { records } = await readJson(`[{"a":1},${record},{"a":2}]`);
    expect(records).toEqual([readable({ a: 1 }), large, readable({ a: 2 })]);
    await expect(readJson(record)).resolves.toEqual({ isBatch: false, records: [large] });
    await expect(readLines(record)).resolves.toMatchObject({ records: [large] });
  });

  it.each(['-0', ' -0 ', '[1,-0]', '{"b":-0}'])('A record that is read as it is may have -0: %s', async (value) => {
    const head = '{"device_id":"d-0","timestamp":"2025-01-05T00:00:00Z","data_payload":{"t":"-07","a":';
    const options = { mediaType: 'application/json', maxRecords: 1, idempotencyKey: 'k-0' } as const;
    const flagsOf = async (text: string) => {
      const { records } = await readSubmission(Buffer.from(`${head}${text}}}`), options);
      return records.read(0);
    };
    expect(await flagsOf(value)).toMatchObject({ mayHaveRareNumbers: true });
    expect(await flagsOf('-0.5')).toMatchObject({ mayHaveRareNumbers: false });
  });

  it('JSON lists for each record of an array what parsing has changed in it, with pointers below that record', async () => {
    const submission = await readJson('[{"a":1},{"b":{"c":1,"c":2},"b~":1e-999},{"a":1,"a":1}]');
    expect(pointersOf(submission)).toEqual([
      [],
      [
        ['/b/c', 'duplicate-key'],
        ['/b~0', 'payload-number'],
      ],
      [['/a', 'duplicate-key']],
    ]);
  });

  it('A text is not JSON if JSON.parse refuses it', async () => {
    const splinters = fc.constantFrom(...'[]{},:"\\01-etn \n\r\u00e9\u{1f600}');
    const mutation = fc.tuple(fc.nat(), fc.nat({ max: 3 }), splinters);
    const bodies = fc.tuple(
      fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 3 }),
      fc.array(mutation, { maxLength: 2 }),
    );
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom(undefined, 1), async ([values, mutations], indent) => {
        let text = JSON.stringify(values, undefined, indent);
        for (const [at, gone, put] of mutations) {
          const place = at % (text.length + 1);
          text = text.slice(0, place) + put + text.slice(place + gone);
        }
        const expected = faultOf(() => JSON.parse(text));
        const options = { mediaType: 'application/json', maxRecords: 1000 } as const;
        const offset = await readSubmission(Buffer.from(text), options).then(readAll, offsetOf);
        if (offset === undefined) return expect(expected).toBeUndefined();
        expect(expected).toBeDefined();
        const position = /at position (\d+)/.exec(expected!)?.[1];
        const read = Buffer.from(text).toString('utf8', 0, offset);
        if (position !== undefined) expect(read.length).toBe(Number(position));
      }),
      { numRuns: 2000 },
    );
  });

  it('JSON reports no text of the body', async () => {
    await expect(readJson('{"secret-7":x')).rejects.toThrow(
      expect.objectContaining({ code: 'invalid-json', message: expect.not.stringContaining('secret') }),
    );
  });
});

describe('A body that is not JSON', () => {
  const faultOfBody = (text: string, options = {}) =>
    readSubmission(Buffer.from(text), { mediaType: 'application/json', maxRecords: 10, ...options }).then(
      ({ records }) => {
        for (let index = 0; index < records.length; index++) records.read(index);
        return undefined;
      },
      (error: RefusedError) => error.refusal.errors![0],
    );
  const thrownBy = (text: string) => faultOfBody(text).catch((error: RefusedError) => error.refusal.errors![0]);

  it.each([
    ['{"t":NaN}', 5, 'has no NaN'],
    ['{"t":nan}', 5, 'has no NaN: send null or leave it out; with JSON_NAN=null the gateway reads NaN, Infinity'],
    ['{"t":-nan}', 5, 'has no NaN'],
    ['{"t":Infinity}', 5, 'has no Infinity'],
    ['{"t":-Infinity}', 5, 'has no Infinity'],
    ['{"t":-inf}', 5, 'has no Infinity'],
    ['{"t":None}', 5, 'has no None'],
    ['{"t":undefined}', 5, 'has no undefined'],
    ['{"t":True}', 5, 'true in lower case'],
    [',{"t":1}', 0, 'no value before this comma'],
    ['{"t":1,}', 7, 'a comma after the last value'],
    ['{"t":1', 6, 'Content-Length'],
    ["{'t':1}", 1, 'double quotes only'],
    ['{"t":1}\ufeff', 7, 'byte order mark'],
    ['// comment\n{}', 0, 'no comments'],
    ['{"t":1 null}', 7, 'unexpected character'],
  ])('A body that is not JSON is refused with the reason: %j', async (text, offset, words) => {
    const entry = await thrownBy(text);
    const detail = expect.stringContaining(words);
    expect(entry).toMatchObject({ pointer: '', code: 'syntax', offset, line: 1, column: offset + 1, detail });
  });

  it.each([
    ['[{"a":1},\n {"a":NaN}]', { pointer: '/1', index: 1, offset: 16, line: 2, column: 7 }],
    ['[{"\u00e9":1},{"a":1 "b"}]', { index: 1, offset: 17, column: 17 }],
    ['[{"a":1},,{}]', { index: 1, offset: 9 }],
    ['[{"a":1} {}]', { index: 0, offset: 9 }],
    ['[{"a":1},{"a":', { index: 1, offset: 14 }],
    ['\ufeff[{"a":1},x]', { index: 1, offset: 12, column: 11 }],
  ])('A body that is not JSON is refused with the index of its record: %j', async (text, place) => {
    expect(await thrownBy(text)).toMatchObject(place);
  });

  it('A body with NaN and Infinity is JSON if they are read as null', async () => {
    const options = { mediaType: 'application/json', maxRecords: 10, nanAsNull: true } as const;
    const text = '[{"a":NaN,"b":[-Infinity,Infinity,1],"NaN":"NaN \\" -Infinity"},{"a":1}]';
    const { records } = await readSubmission(Buffer.from(text), options);
    const value = { a: null, b: [null, null, 1], NaN: 'NaN " -Infinity' };
    expect([records.read(0), records.read(1)]).toEqual([expect.objectContaining({ value }), readable({ a: 1 })]);
    await expect(faultOfBody('{"a":nan}', options)).resolves.toMatchObject({ offset: 5 });
  });
});

describe('Lines', () => {
  it('Lines may end in CR LF, be blank, and need no end after the last one', async () => {
    const submission = await readLines('{"a":1}\r\n\n \t\r\n{"a":2}\n{"a":3}');
    expect(submission).toEqual({ isBatch: true, records: [1, 2, 3].map((a) => readable({ a })) });
  });

  it('Lines that cannot be read affect only their own record', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":1}\n{"b":"'), Buffer.from([0xff]), Buffer.from('"}\n{"c":\n')]);
    expect((await readLines(bytes)).records).toEqual([
      readable({ a: 1 }),
      { state: 'unreadable', code: 'invalid-utf8', detail: expect.any(String) },
      {
        state: 'unreadable',
        code: 'invalid-json',
        detail: expect.any(String),
        entry: expect.objectContaining({ pointer: '/2', index: 2, offset: 23, line: 3, column: 6 }),
      },
    ]);
  });

  it('Lines are not trimmed of what JSON does not call white space', async () => {
    expect((await readLines('{"a":1}\u00a0')).records[0]).toMatchObject({ state: 'unreadable' });
  });

  it('Lines list for each record what parsing has changed in it', async () => {
    expect(pointersOf(await readLines('{"a":1}\n{"a":1,"a":2}'))).toEqual([[], [['/a', 'duplicate-key']]]);
  });

  it('Lines that are all blank are no submission', async () => {
    await expect(readLines('\n\r\n')).rejects.toThrow(expect.objectContaining({ code: 'wrong-shape' }));
  });

  it('Lines are accepted up to the limit, and one more is refused', async () => {
    expect((await readLines('1\n2\n3\n')).records).toHaveLength(3);
    await expect(readLines('1\n2\n3\n4')).rejects.toThrow(expect.objectContaining({ code: 'too-many-records' }));
    expect(PROBLEMS['too-many-records'].status).toBe(413);
  });
});

describe('A body of many expensive keys', () => {
  const send = (keys: readonly string[]) => {
    const records = [keys.slice(0, 20_000), keys.slice(20_000)].map(
      (some) => `{"a":[${some.map((key) => `{"${key}":0}`).join()}]}`,
    );
    return readSubmission(Buffer.from(`[${records.join()}]`), { mediaType: 'application/json', maxRecords: 3 });
  };
  const keys = (count: number, keyOf: (index: number) => string) => Array.from({ length: count }, (_, at) => keyOf(at));

  it.each([
    ['differ', keys(40_000, (index) => `k${index}`), 'The objects of the body differ too much in their keys: 32768'],
    ['have an escape', keys(40_000, () => 'a\\n'), 'Too many keys of the body have an escape such as \\n: 32768'],
  ])('A body of many expensive keys is refused if they %s', async (_, tooMany, detail) => {
    const refusal = { code: 'body-too-large', message: expect.stringContaining(detail) };
    await expect(send(tooMany)).rejects.toThrow(expect.objectContaining(refusal));
    await expect(send(tooMany.slice(0, 30_000))).resolves.toMatchObject({ isBatch: true });
  });

  it('A body of many keys is accepted if they are letters of other scripts in the form that Python writes', async () => {
    await expect(send(keys(40_000, () => '\\u6e29\\u5ea6'))).resolves.toMatchObject({ isBatch: true });
  });
});

describe('A body of many numbers with long exponents', () => {
  const send = (numbers: readonly string[]) => {
    const records = [numbers.slice(0, 40_000), numbers.slice(40_000)].map((some) => `{"a":[${some.join()}]}`);
    return readSubmission(Buffer.from(`[${records.join()}]`), { mediaType: 'application/json', maxRecords: 3 });
  };
  const many = (number: string, count: number) => new Array<string>(count).fill(number);

  it('A body is refused if it has one for fewer than 8 bytes, and more than a record may have', async () => {
    const detail = 'Too many numbers of the body have a long exponent: 65536 of them fit';
    const refusal = { code: 'body-too-large', message: expect.stringContaining(detail) };
    await expect(send(many('1e22', 70_000))).rejects.toThrow(expect.objectContaining(refusal));
  });

  it.each([
    ['as many as one record may have', many('1e22', 65_000)],
    ['numbers as a meter in overload writes them', many('9.9e+37', 70_000)],
    ['short exponents', many('1e5', 70_000)],
  ])('A body is accepted with %s', async (_, numbers) => {
    await expect(send(numbers)).resolves.toMatchObject({ isBatch: true });
  });
});

describe('A long body', () => {
  const MIB = 1024 * 1024;
  const record = `{"a":"${'x'.repeat(MIB / 8)}"}`;

  it.each([
    ['application/json', `[${new Array(64).fill(record).join(',')}]`],
    ['application/x-ndjson', `${record}\n`.repeat(64)],
  ] as const)('A long body yields the event loop while it is scanned: %s', async (mediaType, text) => {
    let turns = 0;
    const count = (): void => {
      turns++;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    await readSubmission(Buffer.from(text), { mediaType, maxRecords: 100 });
    clearImmediate(immediate);
    expect(turns).toBeGreaterThanOrEqual(7);
  });
});
