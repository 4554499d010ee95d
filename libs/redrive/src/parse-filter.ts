import { deviceIdProblem, parseTimestamp, recordIdProblem } from '@sluice/contracts';
import type { LetterFilter, LetterKey } from './letter-filter.js';

const MAX_KEYS = 1000;
const MAX_REASONS = 20;
const MAX_REASON_LENGTH = 100;

interface Fault {
  pointer: string;
  detail: string;
}

/** @returns the filter, or what is wrong; pointers are relative to the filter */
export function parseFilter(value: unknown): LetterFilter | Fault {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { pointer: '', detail: NO_OBJECT };
  const filter: LetterFilter = {};
  for (const [name, member] of Object.entries(value)) {
    const parse = Object.hasOwn(MEMBERS, name) ? MEMBERS[name] : undefined;
    const parsed = parse === undefined ? `${name} is not a member of a filter.` : parse(member);
    if (typeof parsed === 'string') return { pointer: `/${name}`, detail: parsed };
    Object.assign(filter, parsed);
  }
  return filter;
}

const NO_OBJECT = 'filter must be an object with reasons, device_id, keys, from or to.';

/** @returns what is wrong as a text */
type MemberParser = (value: unknown) => Partial<LetterFilter> | string;

const MEMBERS: Readonly<Record<string, MemberParser>> = {
  reasons: parseReasons,
  reason: parseReasons,
  device_id: (value) => deviceIdProblem(value)?.detail ?? { deviceId: value as string },
  from: (value) => instantOf(value, (fromMs) => ({ fromMs })),
  to: (value) => instantOf(value, (toMs) => ({ toMs })),
  keys: parseKeys,
};

function parseReasons(value: unknown): Partial<LetterFilter> | string {
  const reasons = Array.isArray(value) ? (value as unknown[]) : [value];
  const areTexts = reasons.every((reason) => typeof reason === 'string' && reason.length <= MAX_REASON_LENGTH);
  if (!areTexts || reasons.length === 0 || reasons.length > MAX_REASONS)
    return 'reasons must be a list of reason codes.';
  return { reasons: reasons as string[] };
}

function instantOf(value: unknown, toMember: (ms: number) => Partial<LetterFilter>): Partial<LetterFilter> | string {
  const ms = typeof value === 'string' ? parseTimestamp(value) : undefined;
  return ms === undefined ? 'An instant is RFC 3339 with a zone, for example 2025-09-09T17:00:00Z.' : toMember(ms);
}

function parseKeys(value: unknown): Partial<LetterFilter> | string {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_KEYS) {
    return `keys must be a list of 1 to ${MAX_KEYS} letters, each "<partition>/<offset>" or "<device_id>/<record_id>".`;
  }
  const keys = value.map(keyOf);
  const wrong = keys.indexOf(undefined);
  return wrong === -1
    ? { keys: keys as LetterKey[] }
    : `keys/${wrong} is not <partition>/<offset> or <device_id>/<record_id>.`;
}

/** Digits on both sides are a place; a record whose ids are digits only is named as an object. */
function keyOf(value: unknown): LetterKey | undefined {
  if (typeof value === 'string') {
    const [, partition, offset] = /^(\d{1,9})\/(\d{1,15})$/.exec(value) ?? [];
    if (partition !== undefined) return { partition: Number(partition), offset: Number(offset) };
    const slash = value.indexOf('/');
    return slash === -1 ? undefined : recordKey(value.slice(0, slash), value.slice(slash + 1));
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { partition, offset, device_id, record_id } = value as Record<string, unknown>;
  if (isCount(partition) && isCount(offset)) return { partition, offset };
  return recordKey(device_id, record_id);
}

function recordKey(deviceId: unknown, recordId: unknown): LetterKey | undefined {
  const isKey = deviceIdProblem(deviceId) === undefined && recordIdProblem(recordId) === undefined;
  return isKey ? { deviceId: deviceId as string, recordId: recordId as string } : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
