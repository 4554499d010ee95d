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
  const detail = `${name} must be RFC 3339 with a zone, for example 2025-09-09T17:00:00Z; in a URL, write + as %2B.`;
  return (value) => {
    const problem = timestampProblem(value);
    return problem && { pointer: `?${name}`, code: problem.code, detail };
  };
}
