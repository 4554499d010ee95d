import mongoose from 'mongoose';

/** The server's failure for one document of an unordered insert. */
export interface InsertFailure {
  code: number;
  /** A value of another unique index than that of `_id` existed before, as far as two inserts show. */
  isOfOtherIndex?: boolean;
}

/** Failures by the index of their document. Every document without one is durable. */
export type InsertFailures = Map<number, InsertFailure>;

export const DUPLICATE_KEY = 11000;

/**
 * Codes of permanent failures. https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml Every other code
 * counts as transient, so that an unknown failure is retried and not lost.
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

export function isPermanent({ code }: InsertFailure): boolean {
  return PERMANENT_CODES.has(code);
}

/**
 * The failures of an unordered insert for each of its documents, or `undefined` if the error does not cover all of them: a
 * network failure or a timeout has an empty list, and with a write concern error nothing is known to be durable.
 *
 * @param count number of documents in the insert
 */
export function readInsertFailures(error: unknown, count: number): InsertFailures | undefined {
  if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) return undefined;
  if (error.err !== undefined || error.result?.getWriteConcernError() !== undefined) return undefined;
  const failures = new Map<number, InsertFailure>();
  for (const { index, code } of [error.writeErrors].flat()) {
    if (!Number.isInteger(index) || index < 0 || index >= count || typeof code !== 'number') return undefined;
    failures.set(index, { code });
  }
  return failures.size > 0 ? failures : undefined;
}
