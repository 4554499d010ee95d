import { parseTimestamp, type ProblemEntry } from '@sluice/contracts';
import { invalidParameter } from '@sluice/http';
import { readCursor } from '../cursors.js';

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
  const errors = Object.entries(query).flatMap(([name, value]) => faultOf(name, value));
  if (errors.length > 0) throw invalidParameter(errors);
  const [fromMs, toMs] = INSTANTS.map((name) => instantOf(query[name]));
  const limit = query['limit'] === undefined ? DEFAULT_ENTRIES : Number(query['limit']);
  const beforeEntry = readCursor(query['cursor'] as string | undefined, 'audit')?.beforeEntry;
  const given = TEXTS.filter((name) => query[name] !== undefined);
  return { filter: Object.fromEntries(given.map((name) => [name, query[name]])), fromMs, toMs, limit, beforeEntry };
}

function faultOf(name: string, value: unknown): ProblemEntry[] {
  if (typeof value !== 'string') return [entry(name, 'Give this parameter once, as plain text.')];
  const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
  if (check === undefined) return [entry(name, 'This parameter is unknown; leave it out.', 'unknown-parameter')];
  const detail = check(value);
  return detail === undefined ? [] : [entry(name, detail)];
}

const text = (value: string): string | undefined =>
  value.length >= 1 && value.length <= MAX_TEXT_LENGTH ? undefined : `It has 1 to ${MAX_TEXT_LENGTH} characters.`;
const instant = (value: string): string | undefined =>
  parseTimestamp(value) === undefined
    ? 'An instant is RFC 3339 with a zone, for example 2025-09-09T17:00:00Z.'
    : undefined;
const limit = (value: string): string | undefined =>
  /^\d{1,3}$/.test(value) && Number(value) >= 1 && Number(value) <= MAX_ENTRIES
    ? undefined
    : `limit is a whole number from 1 to ${MAX_ENTRIES}.`;

/** For each parameter, what is wrong with a text. */
const CHECKS: Readonly<Record<string, (value: string) => string | undefined>> = {
  ...{ action: text, who: text, plan_hash: text, from: instant, to: instant, limit },
  cursor: () => undefined,
};

function instantOf(value: unknown): number | undefined {
  return value === undefined ? undefined : parseTimestamp(value as string);
}

function entry(name: string, detail: string, code = 'value'): ProblemEntry {
  return { pointer: `?${name}`, code, detail };
}
