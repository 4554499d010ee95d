import type { BufferCursor } from '@sluice/contracts';
import { type LetterFilter, parseFilter } from '@sluice/redrive';
import { invalidParameter } from '@sluice/http';
import { readCursor } from '../cursors.js';
import { anyText, limitCheck, queryFault, queryFaults, type TextCheck } from '../query-faults.js';

export const DEFAULT_LETTERS = 50;
export const MAX_LETTERS = 100;

/** One page of dead letters. */
export interface LettersRequest {
  filter: LetterFilter;
  /** 1..100 */
  limit: number;
  /** First offset that the page may show. */
  after: BufferCursor | undefined;
}

const FILTERS: readonly string[] = ['reason', 'device_id', 'from', 'to'];
const CHECKS: Readonly<Record<string, TextCheck>> = {
  limit: limitCheck(MAX_LETTERS),
  ...Object.fromEntries(['cursor', ...FILTERS].map((name) => [name, anyText])),
};

/** Reads the parameters of `GET /dead-letters`. @throws ProblemError `invalid-parameter`, `invalid-cursor` */
export function lettersRequest(query: Readonly<Record<string, unknown>>): LettersRequest {
  const errors = queryFaults(query, CHECKS);
  const filters = Object.entries(query).filter(([name]) => FILTERS.includes(name));
  const filter = parseFilter(Object.fromEntries(filters.map(([name, value]) => [name, valueOf(name, value)])));
  if ('pointer' in filter) errors.push(queryFault(filter.pointer.slice(1), filter.detail));
  if (errors.length > 0) throw invalidParameter(errors);
  const limit = query['limit'] === undefined ? DEFAULT_LETTERS : Number(query['limit']);
  const after = readCursor(query['cursor'] as string | undefined, 'buffer');
  return { filter: filter as LetterFilter, limit, after };
}

/** Several reasons are separated by commas. */
function valueOf(name: string, value: unknown): unknown {
  return name === 'reason' && typeof value === 'string' ? value.split(',') : value;
}

/** A partition and offset in a path. @throws ProblemError `invalid-parameter` */
export function placeOf(partition: string, offset: string): { partition: number; offset: number } {
  const errors = [
    ...(/^\d{1,6}$/.test(partition) ? [] : [queryFault('partition', 'The partition is a whole number.')]),
    ...(/^\d{1,15}$/.test(offset) ? [] : [queryFault('offset', 'The offset is a whole number.')]),
  ];
  if (errors.length > 0) throw invalidParameter(errors);
  return { partition: Number(partition), offset: Number(offset) };
}
