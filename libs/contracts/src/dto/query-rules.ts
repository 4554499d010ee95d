import { readableDeviceIdProblem, readableRecordIdProblem, timestampProblem } from '../check-report.js';
import { CURSOR_PATTERN, MAX_CURSOR_LENGTH } from '../cursor.js';
import { MAX_ID_LENGTH, READABLE_DEVICE_ID_PATTERN, READABLE_RECORD_ID_PATTERN } from '../ids.js';
import type { ProblemEntry } from '../problem.js';
import type { Rule } from './rules.js';

/** Most records on one page. */
export const MAX_PAGE_LIMIT = 1000;
/** Records on one page where the request does not say. */
export const DEFAULT_PAGE_LIMIT = 100;

/** What OpenAPI says of a parameter `device_id`. */
export const DEVICE_ID_SCHEMA = { minLength: 1, maxLength: MAX_ID_LENGTH, pattern: READABLE_DEVICE_ID_PATTERN.source };
/** What OpenAPI says of a parameter `cursor`. */
export const CURSOR_SCHEMA = {
  minLength: 1,
  maxLength: MAX_CURSOR_LENGTH,
  pattern: CURSOR_PATTERN.source,
  description: 'The `next_cursor` of an earlier page. Opaque.',
};

/** What OpenAPI says of a parameter `record_id`. */
export const RECORD_ID_SCHEMA = { minLength: 1, maxLength: MAX_ID_LENGTH, pattern: READABLE_RECORD_ID_PATTERN.source };

export const recordIdParameter: Rule = (value) => {
  const problem = readableRecordIdProblem(value);
  return problem && { ...problem, pointer: '?record_id' };
};

export const deviceIdParameter: Rule = (value) => {
  const problem = readableDeviceIdProblem(value);
  return problem && { ...problem, pointer: '?device_id' };
};

export function limitParameter(value: unknown): ProblemEntry | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_PAGE_LIMIT) return undefined;
  return { pointer: '?limit', code: 'range', detail: `limit must be a whole number from 1 to ${MAX_PAGE_LIMIT}.` };
}

/** Only the form: what a cursor says is read, and may be refused, by `decodeCursor`. */
export function cursorParameter(value: unknown): ProblemEntry | undefined {
  if (typeof value === 'string' && value.length >= 1 && value.length <= MAX_CURSOR_LENGTH) return undefined;
  return {
    pointer: '?cursor',
    code: 'length',
    detail: 'cursor must be the next_cursor of an earlier page, unchanged.',
  };
}

/** The rule of a parameter that names an instant. */
export function instantParameter(name: string): Rule {
  const detail = `${name} must be RFC 3339 with a zone, for example 2025-09-09T17:00:00Z; in an address, + is written %2B.`;
  return (value) => {
    const problem = timestampProblem(value);
    return problem && { pointer: `?${name}`, code: problem.code, detail };
  };
}

/** The rule of a parameter that is one of some words. */
export function oneOfParameter(name: string, words: readonly string[]): Rule {
  const problem = { pointer: `?${name}`, code: 'value', detail: `${name} must be one of ${words.join(', ')}.` };
  return (value) => (words.includes(value as string) ? undefined : problem);
}

/** Most seconds that a timestamp may be ahead without being shown as ahead: a year. */
export const MAX_AHEAD_SECONDS = 366 * 86_400;
export const DEFAULT_AHEAD_SECONDS = 300;

export function aheadParameter(value: unknown): ProblemEntry | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_AHEAD_SECONDS)
    return undefined;
  const detail = `max_ahead must be a whole number of seconds from 0 to ${MAX_AHEAD_SECONDS}.`;
  return { pointer: '?max_ahead', code: 'range', detail };
}

/** What OpenAPI says of a parameter `prefix`. */
export const PREFIX_SCHEMA = { maxLength: MAX_ID_LENGTH, pattern: '^[ !#-)+\\-./0-;=?-\\[\\]-~]{0,128}$' };

export const prefixParameter: Rule = (value) => {
  if (value === '' || readableDeviceIdProblem(value) === undefined) return undefined;
  const detail = `prefix must be the beginning of an id of a device: up to ${MAX_ID_LENGTH} printable characters without * , " \\ < >.`;
  return { pointer: '?prefix', code: 'format', detail };
};

/** Longest JSON Pointer of a parameter, in characters, and most steps of it. */
export const MAX_PATH_LENGTH = 1024;
const MAX_PATH_STEPS = 100;
/** RFC 6901, with at least one step. */
export const PATH_PATTERN = /^(?:\/(?:[^~/]|~[01])*)+$/;

function isPath(value: unknown): boolean {
  const hasForm = typeof value === 'string' && value.length <= MAX_PATH_LENGTH && PATH_PATTERN.test(value);
  return hasForm && value.split('/').length - 1 <= MAX_PATH_STEPS;
}

export const pathParameter: Rule = (value) => {
  if (isPath(value)) return undefined;
  const detail =
    `path must be a JSON Pointer into data_payload, for example /temp or /sensors/0/value (~1 for a slash in a key, ~0 for ~), ` +
    `of ${MAX_PATH_LENGTH} characters and ${MAX_PATH_STEPS} steps at most.`;
  return { pointer: '?path', code: value === undefined ? 'required' : 'format', detail };
};

/** A width of buckets: a whole number and its unit. */
export const EVERY_PATTERN = /^[1-9][0-9]{0,8}(?:ms|s|m|h|d)$/;

export const everyParameter: Rule = (value) => {
  if (typeof value === 'string' && EVERY_PATTERN.test(value)) return undefined;
  const detail = 'every must be the width of a bucket: a whole number and ms, s, m, h or d, for example 5m.';
  return { pointer: '?every', code: 'format', detail };
};

/** What a bucket can show of its values. */
export const SERIES_FUNCTIONS = ['avg', 'min', 'max', 'count', 'sum', 'first', 'last', 'p50', 'p95'] as const;
export type SeriesFunction = (typeof SERIES_FUNCTIONS)[number];

export const functionsParameter: Rule = (value) => {
  const names = typeof value === 'string' ? value.split(',') : [];
  const isKnown = names.length > 0 && names.every((name) => (SERIES_FUNCTIONS as readonly string[]).includes(name));
  if (isKnown && new Set(names).size === names.length) return undefined;
  const detail = `fn must be one or more of ${SERIES_FUNCTIONS.join(', ')}, each once, with commas between them.`;
  return { pointer: '?fn', code: 'value', detail };
};

export const MIN_POINTS = 3;
export const MAX_POINTS = 10_000;
export const DEFAULT_POINTS = 500;

export const pointsParameter: Rule = (value) => {
  const points = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : NaN;
  if (points >= MIN_POINTS && points <= MAX_POINTS) return undefined;
  const detail = `points must be a whole number from ${MIN_POINTS} to ${MAX_POINTS}.`;
  return { pointer: '?points', code: 'range', detail };
};

const MAX_COLUMNS = 100;
export const MAX_COLUMNS_LENGTH = 4096;

export const columnsParameter: Rule = (value) => {
  const columns = typeof value === 'string' && value.length <= MAX_COLUMNS_LENGTH ? value.split(',') : [];
  if (columns.length >= 1 && columns.length <= MAX_COLUMNS && columns.every(isPath)) return undefined;
  const detail = `columns must be 1 to ${MAX_COLUMNS} JSON Pointers into data_payload with commas between them, for example /temp,/sensors/0/value.`;
  return { pointer: '?columns', code: 'format', detail };
};

/** Only the form: what it says is read, and may be refused, by the export. */
export const exportAfterParameter: Rule = (value) => {
  if (typeof value === 'string' && value.length >= 1 && value.length <= MAX_CURSOR_LENGTH) return undefined;
  const detail = 'after must be a sluice_cursor of an earlier answer, or <device_id>/<record_id> of its last record.';
  return { pointer: '?after', code: 'length', detail };
};
