import type { BufferCursor, ProblemEntry } from '@sluice/contracts';
import { type LetterFilter, parseFilter } from '@sluice/redrive';
import { invalidParameter } from '@sluice/http';
import { readCursor } from '../cursors.js';

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

/** Reads the parameters of `GET /dead-letters`. @throws ProblemError `invalid-parameter`, `invalid-cursor` */
export function lettersRequest(query: Readonly<Record<string, unknown>>): LettersRequest {
  const errors = Object.entries(query).flatMap(([name, value]) => faultOf(name, value));
  const filters = Object.entries(query).filter(([name]) => FILTERS.includes(name));
  const filter = parseFilter(Object.fromEntries(filters.map(([name, value]) => [name, valueOf(name, value)])));
  if ('pointer' in filter) errors.push(entry(filter.pointer.slice(1), filter.detail));
  if (errors.length > 0) throw invalidParameter(errors);
  const limit = query['limit'] === undefined ? DEFAULT_LETTERS : Number(query['limit']);
  const after = readCursor(query['cursor'] as string | undefined, 'buffer');
  return { filter: filter as LetterFilter, limit, after };
}

/** Several reasons are separated by commas. */
function valueOf(name: string, value: unknown): unknown {
  return name === 'reason' && typeof value === 'string' ? value.split(',') : value;
}

function faultOf(name: string, value: unknown): ProblemEntry[] {
  if (typeof value !== 'string') return [entry(name, 'Give this parameter once, as plain text.')];
  if (name === 'limit') return isLimit(value) ? [] : [entry(name, `limit is a whole number from 1 to ${MAX_LETTERS}.`)];
  return name === 'cursor' || FILTERS.includes(name)
    ? []
    : [entry(name, 'This parameter is unknown; leave it out.', 'unknown-parameter')];
}

function isLimit(text: string): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_LETTERS;
}

function entry(name: string, detail: string, code = 'value'): ProblemEntry {
  return { pointer: `?${name}`, code, detail };
}

/** A partition and offset in a path. @throws ProblemError `invalid-parameter` */
export function placeOf(partition: string, offset: string): { partition: number; offset: number } {
  const errors = [
    ...(/^\d{1,6}$/.test(partition) ? [] : [entry('partition', 'The partition is a whole number.')]),
    ...(/^\d{1,15}$/.test(offset) ? [] : [entry('offset', 'The offset is a whole number.')]),
  ];
  if (errors.length > 0) throw invalidParameter(errors);
  return { partition: Number(partition), offset: Number(offset) };
}
