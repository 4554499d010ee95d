import { describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { isPermanent, readInsertFailures } from './insert-failures.js';

const { MongoBulkWriteError, MongoNetworkError, MongoServerError } = mongoose.mongo;

type Entry = { index: unknown; code: unknown; errmsg?: string };

/** The error as the driver throws it for a partly failed insert. */
function bulkError(writeErrors: Entry[], writeConcernError?: object) {
  const result = { getWriteConcernError: () => writeConcernError };
  const error = { message: 'failed', code: 11000, writeErrors };
  return new MongoBulkWriteError(error as never, result as never);
}

const duplicateOf = (index: unknown) => ({ index, code: 11000, errmsg: 'index: _id_ dup key' });

describe('The failures of an unordered insert', () => {
  it('The failures are read by the index of their document', () => {
    const failures = readInsertFailures(bulkError([duplicateOf(0), { index: 2, code: 121, errmsg: 'invalid' }]), 3);
    expect(failures).toEqual(
      new Map([
        [0, { code: 11000 }],
        [2, { code: 121 }],
      ]),
    );
  });

  it('The failures are read from a list of one that the driver returns as an object', () => {
    const error = bulkError([]);
    error.writeErrors = duplicateOf(1) as never;
    expect(readInsertFailures(error, 2)?.size).toBe(1);
  });

  it.each<[string, unknown]>([
    ['a network failure', new MongoNetworkError('connection closed')],
    [
      'a network failure in the middle of the batches',
      new MongoBulkWriteError(new MongoNetworkError('gone'), bulkError([]).result),
    ],
    ['an empty list with the code of a duplicate', bulkError([])],
    ['a duplicate that is said of the whole insert', new MongoServerError({ message: 'E11000', code: 11000 })],
    [
      'a write concern error beside the list',
      bulkError([duplicateOf(0)], { code: 64, errmsg: 'waiting for replication' }),
    ],
    ['an index behind the last document', bulkError([duplicateOf(0), duplicateOf(3)])],
    ['an index below the first', bulkError([duplicateOf(-1)])],
    ['no index', bulkError([duplicateOf(undefined)])],
    ['no code', bulkError([{ index: 0, code: undefined }])],
    ['no error at all', undefined],
  ])('The failures are unknown after %s', (_, error) => {
    expect(readInsertFailures(error, 3)).toBeUndefined();
  });
});

describe('A failure', () => {
  it.each([2, 121, 10334])('A failure with code %i is permanent', (code) => {
    expect(isPermanent({ code })).toBe(true);
  });

  it.each([6, 91, 189, 10107, 11600, 13, 123_456])('A failure with code %i is transient', (code) => {
    expect(isPermanent({ code })).toBe(false);
  });
});
