import { createHash } from 'node:crypto';
import type { JsonValue } from '@sluice/contracts';
import type { Submission, SubmittedRecord } from '../submission/submission.js';
import { isMissing, type MappedRecord, type MappingResult, type MissingPlace, type Source } from './source.js';

const NO_NUMBERS: ReadonlyMap<string, string> = new Map();
/** Hexadecimal digits of SHA-256: 160 bits. */
const ID_LENGTH = 40;

/**
 * The records of a request that a source has read, for the core.
 *
 * @param bytes of the body: a record without an id gets the hash of source and body for one, so that a repeat is one record
 */
export function sourceSubmission(source: Source, results: readonly MappingResult[], bytes: Uint8Array): Submission {
  const hash = createHash('sha256').update(`${source.name}\n`).update(bytes).digest('hex').slice(0, ID_LENGTH);
  const isBatch = results.length !== 1;
  const records = results.map((result, index) =>
    isMissing(result) ? missing(source, result) : readable(result, isBatch ? `${hash}-${index}` : hash),
  );
  const size = Math.ceil(bytes.length / Math.max(1, results.length));
  return {
    isBatch,
    isClockless: source.isClockless,
    records: {
      length: records.length,
      read: (index) => records[index]!,
      bytesOf: () => size,
    },
  };
}

function readable(record: MappedRecord, hash: string): SubmittedRecord {
  const value = { ...record, record_id: record.record_id ?? hash } as Record<string, JsonValue>;
  return { state: 'read', value, isExact: true, mayHaveRareNumbers: true, fieldNumbers: NO_NUMBERS, problems: [] };
}

function missing({ name }: Source, { pointer, field }: MissingPlace): SubmittedRecord {
  const detail = `The source ${name} reads ${field} at ${pointer === '' ? 'the whole body' : pointer}, and the body has nothing there.`;
  return { state: 'excessive', problems: [{ pointer, code: 'required', detail }] };
}
