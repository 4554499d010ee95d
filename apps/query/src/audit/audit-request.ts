import { parseTimestamp } from '@sluice/contracts';
import { invalidParameter } from '@sluice/http';
import { readCursor } from '../cursors.js';
import { anyText, limitCheck, queryFaults, type TextCheck } from '../query-faults.js';

export const DEFAULT_ENTRIES = 100;
export const MAX_ENTRIES = 500;
const MAX_TEXT_LENGTH = 256;

/** One page of the audit trail. */
export interface AuditRequest {
  filter: AuditFilter;
  /** Time of the entry: from, inclusive, and to, exclusive; milliseconds since 1970. */
  fromMs: number | undefined;
  toMs: number | undefined;
  /** 1..500 */
  limit: number;
  /** The last entry of the page before. */
  beforeEntry: string | undefined;
}

/** Members that are given have to hold, all of them. */
export interface AuditFilter {
  /** An action such as `redrive.start`, or the part before the dot: `redrive` means all of its actions. */
  action?: string;
  who?: string;
  plan_hash?: string;
}

const TEXTS = ['action', 'who', 'plan_hash'] as const;
const INSTANTS = ['from', 'to'] as const;
type Query = Readonly<Record<string, unknown>>;

/** Reads the parameters of `GET /audit`. @throws ProblemError `invalid-parameter`, `invalid-cursor` */
export function auditRequest(query: Query): AuditRequest {
  const errors = queryFaults(query, CHECKS);
  if (errors.length > 0) throw invalidParameter(errors);
  const [fromMs, toMs] = INSTANTS.map((name) => instantOf(query[name]));
  const limit = query['limit'] === undefined ? DEFAULT_ENTRIES : Number(query['limit']);
  const beforeEntry = readCursor(query['cursor'] as string | undefined, 'audit')?.beforeEntry;
  const given = TEXTS.filter((name) => query[name] !== undefined);
  return { filter: Object.fromEntries(given.map((name) => [name, query[name]])), fromMs, toMs, limit, beforeEntry };
}

const text: TextCheck = (value) =>
  value.length >= 1 && value.length <= MAX_TEXT_LENGTH ? undefined : `It has 1 to ${MAX_TEXT_LENGTH} characters.`;
const instant: TextCheck = (value) =>
  parseTimestamp(value) === undefined
    ? 'An instant is RFC 3339 with a zone, for example 2025-09-09T17:00:00Z.'
    : undefined;
/** For each parameter, what is wrong with a text. */
const CHECKS: Readonly<Record<string, TextCheck>> = {
  ...{ action: text, who: text, plan_hash: text, from: instant, to: instant },
  ...{ limit: limitCheck(MAX_ENTRIES), cursor: anyText },
};

function instantOf(value: unknown): number | undefined {
  return value === undefined ? undefined : parseTimestamp(value as string);
}
