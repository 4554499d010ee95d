import { describe, expect, it } from '@jest/globals';
import { readSubmission, type Submission } from './read-submission.js';

const readAs = (mediaType: 'application/json' | 'application/x-ndjson') => (text: string | Buffer) =>
  readSubmission(Buffer.from(text as string), { mediaType, maxRecords: 3 });
const readJson = readAs('application/json');
const readLines = readAs('application/x-ndjson');

const readable = (value: unknown) => ({ isReadable: true, value, problems: [] });
const pointersOf = ({ records }: Submission) =>
  records.map((record) =>
    record.isReadable ? record.problems.map(({ pointer, code }) => [pointer, code]) : 'unreadable',
  );

describe('JSON', () => {
  it('that is an object is a single record', () => {
    expect(readJson('{"a":1}')).toEqual({ isBatch: false, records: [readable({ a: 1 })] });
  });

  it('that is an array of one is many', () => {
    expect(readJson('[{"a":1}]')).toEqual({ isBatch: true, records: [readable({ a: 1 })] });
  });

  it('tells each record of an array what reading has changed in it, with pointers below that record', () => {
    const submission = readJson('[{"a":1},{"b":{"c":1,"c":2},"b~":1e-999},{"a":1,"a":1}]');
    expect(pointersOf(submission)).toEqual([
      [],
      [
        ['/b/c', 'duplicate-key'],
        ['/b~0', 'payload-number'],
      ],
      [['/a', 'duplicate-key']],
    ]);
  });

  it('reports no text of the body', () => {
    expect(() => readJson('{"secret-7":x')).toThrow(
      expect.objectContaining({ code: 'invalid-json', message: expect.not.stringContaining('secret') }),
    );
  });
});

describe('lines', () => {
  it('may end in CR LF, be blank, and need no end after the last one', () => {
    const submission = readLines('{"a":1}\r\n\n \t\r\n{"a":2}\n{"a":3}');
    expect(submission).toEqual({ isBatch: true, records: [1, 2, 3].map((a) => readable({ a })) });
  });

  it('that cannot be read are the trouble of their record only', () => {
    const bytes = Buffer.concat([Buffer.from('{"a":1}\n{"b":"'), Buffer.from([0xff]), Buffer.from('"}\n{"c":\n')]);
    expect(readLines(bytes).records).toEqual([
      readable({ a: 1 }),
      { isReadable: false, code: 'invalid-utf8', detail: expect.any(String) },
      { isReadable: false, code: 'invalid-json', detail: expect.any(String) },
    ]);
  });

  it('are not trimmed of what JSON does not call white space', () => {
    expect(readLines('{"a":1}\u00a0').records[0]).toMatchObject({ isReadable: false });
  });

  it('tell each record what reading has changed in it', () => {
    expect(pointersOf(readLines('{"a":1}\n{"a":1,"a":2}'))).toEqual([[], [['/a', 'duplicate-key']]]);
  });

  it('that are all blank are no submission', () => {
    expect(() => readLines('\n\r\n')).toThrow(expect.objectContaining({ code: 'wrong-shape' }));
  });

  it('are as many as may be, and one more is too many', () => {
    expect(readLines('1\n2\n3\n').records).toHaveLength(3);
    expect(() => readLines('1\n2\n3\n4')).toThrow(expect.objectContaining({ code: 'too-many-records', status: 413 }));
  });
});
