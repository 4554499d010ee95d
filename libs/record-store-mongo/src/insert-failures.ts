import mongoose from 'mongoose';

/** What the server said about one document of an unordered insert. */
export interface InsertFailure {
  code: number;
  message: string;
}

/** Failures by the index of their document. Every document without one is durable. */
export type InsertFailures = ReadonlyMap<number, InsertFailure>;

export const DUPLICATE_KEY = 11000;

/**
 * Codes that say: never this document. https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
 * Every other code counts as transient, so that what we do not know is repeated and not lost.
 */
const PERMANENT_CODES: ReadonlySet<number> = new Set([
  2, // BadValue
  14, // TypeMismatch
  22, // InvalidBSON
  52, // DollarPrefixedFieldName
  53, // InvalidIdField
  55, // InvalidDBRef
  56, // EmptyFieldName
  57, // DottedFieldName
  121, // DocumentValidationFailure
  10334, // BSONObjectTooLarge
  17280, // KeyTooLong
  17420, // a document in the batch is too large
]);

export function isPermanent({ code, message }: InsertFailure): boolean {
  return PERMANENT_CODES.has(code) || isOfForeignIndex(code, message);
}

/** A duplicate in a unique index that someone else has made. One of `_id` passes, should its first document be gone by now. */
function isOfForeignIndex(code: number, message: string): boolean {
  return code === DUPLICATE_KEY && /index: (?!_id_ )/.test(message);
}

/**
 * What a failed unordered insert says about each of its documents, or `undefined` if it does not say it of all of them:
 * a network failure or a time out comes with an empty list, and with a write concern error nothing is known to be durable.
 *
 * @param count number of documents in the insert
 */
export function readInsertFailures(error: unknown, count: number): InsertFailures | undefined {
  if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) return undefined;
  if (error.err !== undefined || error.result?.getWriteConcernError() !== undefined) return undefined;
  const failures = new Map<number, InsertFailure>();
  for (const { index, code, errmsg } of [error.writeErrors].flat()) {
    if (!Number.isInteger(index) || index < 0 || index >= count || typeof code !== 'number') return undefined;
    failures.set(index, { code, message: errmsg ?? '' });
  }
  return failures.size > 0 ? failures : undefined;
}
