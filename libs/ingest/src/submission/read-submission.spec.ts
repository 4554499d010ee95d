import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PROBLEMS } from '@sluice/contracts';
import type { RefusedError } from '../refusal.js';
import { readSubmission, type Submission, type SubmittedRecord } from './read-submission.js';

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

/** @returns why the body is not JSON, if so */
function readAll({ records }: Submission): string | undefined {
  try {
    for (let index = 0; index < records.length; index++) records.read(index);
    return undefined;
  } catch (error) {
    return messageOf(error as RefusedError);
  }
}

function messageOf({ code, message }: RefusedError): string | undefined {
  return code === 'invalid-json' ? message : undefined;
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
  mayHaveRareNumbers: false,
  fieldNumbers: new Map(),
  problems: [],
});
const pointersOf = ({ records }: Read) =>
  records.map((record) =>
    record.state === 'unreadable' ? record.state : record.problems.map(({ pointer, code }) => [pointer, code]),
  );

describe('JSON', () => {
  it('that is an object is a single record', async () => {
    await expect(readJson('{"a":1}')).resolves.toEqual({ isBatch: false, records: [readable({ a: 1 })] });
  });

  it('that is an array of one is many', async () => {
    await expect(readJson('[{"a":1}]')).resolves.toEqual({ isBatch: true, records: [readable({ a: 1 })] });
  });

  it('tells each record of an array what reading has changed in it, with pointers below that record', async () => {
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

  it('is not JSON where JSON.parse says so', async () => {
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
        const message = await readSubmission(Buffer.from(text), options).then(readAll, messageOf);
        if (message === undefined) return expect(expected).toBeUndefined();
        expect(expected).toBeDefined();
        const places = [expected!, message].map((words) => /at position.*?\)/.exec(words)?.[0]);
        if (!places.includes(undefined)) expect(places[1]).toBe(places[0]);
      }),
      { numRuns: 2000 },
    );
  });

  it('reports no text of the body', async () => {
    await expect(readJson('{"secret-7":x')).rejects.toThrow(
      expect.objectContaining({ code: 'invalid-json', message: expect.not.stringContaining('secret') }),
    );
  });
});

describe('lines', () => {
  it('may end in CR LF, be blank, and need no end after the last one', async () => {
    const submission = await readLines('{"a":1}\r\n\n \t\r\n{"a":2}\n{"a":3}');
    expect(submission).toEqual({ isBatch: true, records: [1, 2, 3].map((a) => readable({ a })) });
  });

  it('that cannot be read are the trouble of their record only', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":1}\n{"b":"'), Buffer.from([0xff]), Buffer.from('"}\n{"c":\n')]);
    expect((await readLines(bytes)).records).toEqual([
      readable({ a: 1 }),
      { state: 'unreadable', code: 'invalid-utf8', detail: expect.any(String) },
      { state: 'unreadable', code: 'invalid-json', detail: expect.any(String) },
    ]);
  });

  it('are not trimmed of what JSON does not call white space', async () => {
    expect((await readLines('{"a":1}\u00a0')).records[0]).toMatchObject({ state: 'unreadable' });
  });

  it('tell each record what reading has changed in it', async () => {
    expect(pointersOf(await readLines('{"a":1}\n{"a":1,"a":2}'))).toEqual([[], [['/a', 'duplicate-key']]]);
  });

  it('that are all blank are no submission', async () => {
    await expect(readLines('\n\r\n')).rejects.toThrow(expect.objectContaining({ code: 'wrong-shape' }));
  });

  it('are as many as may be, and one more is too many', async () => {
    expect((await readLines('1\n2\n3\n')).records).toHaveLength(3);
    await expect(readLines('1\n2\n3\n4')).rejects.toThrow(expect.objectContaining({ code: 'too-many-records' }));
    expect(PROBLEMS['too-many-records'].status).toBe(413);
  });
});
