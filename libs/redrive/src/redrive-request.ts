import { type Edit, parseEdits } from './json-patch.js';
import { isSelective, type LetterFilter } from './letter-filter.js';
import { parseFilter } from './parse-filter.js';

/** What is wrong with one place of a request. */
export interface Fault {
  /** JSON Pointer into the body. */
  pointer: string;
  detail: string;
}

export interface PlanOptions {
  filter: LetterFilter;
  /** The filter as it was written, for the plan. */
  writtenFilter: object;
  edit: readonly Edit[];
  /** Letters a second, 1..5000. */
  rate: number;
  /** Maximum number of letters; absent: all that match. */
  limit?: number;
}

/** Either make a plan, or run an existing one. */
export type RedriveRequest = { plan: PlanOptions } | { planHash: string };

const DEFAULT_RATE = 50;
const MAX_RATE = 5000;
const MAX_LIMIT = 1_000_000;
const HASH = /^[0-9a-f]{64}$/;

/** Reads the body of `POST /redrives`. */
export function parseRedriveRequest(body: unknown): RedriveRequest | { faults: Fault[] } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return oneFault('', 'The body must be an object: {"filter": {...}, "dry_run": true}, or {"plan_hash": "..."}.');
  }
  const given = body as Record<string, unknown>;
  return 'plan_hash' in given ? parseRun(given) : parsePlan(given);
}

function parseRun({ plan_hash: planHash, ...rest }: Record<string, unknown>): RedriveRequest | { faults: Fault[] } {
  const [other] = Object.keys(rest);
  if (other !== undefined) {
    return oneFault(`/${other}`, 'A plan is run unchanged: give its plan_hash and nothing else.');
  }
  if (typeof planHash !== 'string' || !HASH.test(planHash)) {
    return oneFault('/plan_hash', 'plan_hash must be the 64 digits that the plan has.');
  }
  return { planHash };
}

function parsePlan(given: Record<string, unknown>): RedriveRequest | { faults: Fault[] } {
  const { filter: writtenFilter, edit = [], rate = DEFAULT_RATE, limit, dry_run: isDryRun, ...rest } = given;
  const faults: Fault[] = Object.keys(rest).map((name) => ({
    pointer: `/${name}`,
    detail: 'This member is not known.',
  }));
  const filter = parseFilter(writtenFilter);
  const edits = parseEdits(edit);
  if (isFault(filter)) faults.push({ ...filter, pointer: `/filter${filter.pointer}` });
  else if (!isSelective(filter))
    faults.push({ pointer: '/filter', detail: 'Give reasons, a device_id, keys, from or to.' });
  if (isFault(edits)) faults.push({ ...edits, pointer: `/edit${edits.pointer}` });
  if (!isWithin(rate, MAX_RATE))
    faults.push({ pointer: '/rate', detail: `rate is 1 to ${MAX_RATE} letters a second.` });
  if (limit !== undefined && !isWithin(limit, MAX_LIMIT))
    faults.push({ pointer: '/limit', detail: `limit is a whole number from 1 to ${MAX_LIMIT}.` });
  if (isDryRun !== true) faults.push({ pointer: '/dry_run', detail: NO_DRY_RUN });
  if (faults.length > 0) return { faults };
  const plan = { filter: filter as LetterFilter, writtenFilter: writtenFilter as object, edit: edits as Edit[] };
  return { plan: { ...plan, rate: rate as number, ...(limit !== undefined && { limit: limit as number }) } };
}

const NO_DRY_RUN = 'Set dry_run to true to make a plan without publishing. Then send its plan_hash to run it.';

function oneFault(pointer: string, detail: string): { faults: Fault[] } {
  return { faults: [{ pointer, detail }] };
}

function isFault(value: object): value is Fault {
  return 'pointer' in value;
}

function isWithin(value: unknown, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max;
}
