import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '@sluice/contracts';

/** `yes`: the new schema accepts every payload that the old one accepted. `no`: it refuses some. `unknown`: neither is certain. */
export type Verdict = 'yes' | 'no' | 'unknown';

export interface Finding {
  /** JSON Pointer into the payload; `*` for the items of a list. */
  place: string;
  verdict: Exclude<Verdict, 'yes'>;
  /** What has changed, for people. */
  what: string;
}

const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];
/** Keywords that do not affect which payloads are accepted. */
const NOTES: ReadonlySet<string> = new Set([
  ...['$schema', '$id', '$comment', '$defs', 'title', 'description', 'default', 'examples', 'deprecated', 'readOnly'],
  ...['writeOnly', 'format', 'unit', 'units'],
]);
/** Upper bounds may only grow, lower ones only fall; each counts for some types. */
const BOUNDS: Readonly<Record<string, { sign: 1 | -1; types: readonly string[] }>> = {
  maximum: { sign: 1, types: ['number', 'integer'] },
  exclusiveMaximum: { sign: 1, types: ['number', 'integer'] },
  minimum: { sign: -1, types: ['number', 'integer'] },
  exclusiveMinimum: { sign: -1, types: ['number', 'integer'] },
  maxLength: { sign: 1, types: ['string'] },
  minLength: { sign: -1, types: ['string'] },
  maxItems: { sign: 1, types: ['array'] },
  minItems: { sign: -1, types: ['array'] },
  maxProperties: { sign: 1, types: ['object'] },
  minProperties: { sign: -1, types: ['object'] },
};
const COMPARED: ReadonlySet<string> = new Set([
  ...['type', 'enum', 'const', 'required', 'properties', 'additionalProperties', 'items', '$ref'],
  ...Object.keys(BOUNDS),
]);
const MAX_DEPTH = 32;

/** Whether `after` accepts every payload that `before` accepted, keyword by keyword. */
export function compareSchemas(before: JsonObject, after: JsonObject): { verdict: Verdict; findings: Finding[] } {
  const comparison = new Comparison(before, after);
  comparison.compare(before, after, '', 0);
  const { findings } = comparison;
  const isNo = findings.some(({ verdict }) => verdict === 'no');
  return { verdict: isNo ? 'no' : findings.length > 0 ? 'unknown' : 'yes', findings };
}

class Comparison {
  readonly findings: Finding[] = [];

  constructor(
    private readonly before: JsonObject,
    private readonly after: JsonObject,
  ) {}

  compare(old: JsonValue, now: JsonValue, place: string, depth: number): void {
    if (isDeepStrictEqual(old, now) && isDeepStrictEqual(this.before['$defs'], this.after['$defs'])) return;
    if (depth > MAX_DEPTH) return this.note(place, 'unknown', 'the schema refers to itself');
    const [from, to] = [resolve(old, this.before), resolve(now, this.after)];
    if (from === undefined || to === undefined) return this.note(place, 'unknown', 'a reference cannot be resolved');
    if (from === false || to === true) return;
    if (to === false) return this.note(place, 'no', 'no value is accepted here any more');
    this.compareObjects(from === true ? {} : from, to, place, depth);
  }

  private compareObjects(old: JsonObject, now: JsonObject, place: string, depth: number): void {
    const others = Object.keys(now).filter((key) => !COMPARED.has(key) && !isNote(key));
    for (const key of others) {
      if (!isDeepStrictEqual(old[key], now[key])) this.note(place, 'unknown', `${key} has changed`);
    }
    const types = typesOf(old);
    this.types(types, typesOf(now), place);
    this.values(old, now, place);
    this.bounds(old, now, types, place);
    if (types.includes('object')) this.members(old, now, place, depth);
    if (types.includes('array') && now['items'] !== undefined) {
      this.compare(old['items'] ?? true, now['items'], `${place}/*`, depth + 1);
    }
  }

  private types(old: readonly string[], now: readonly string[], place: string): void {
    const gone = old.filter((type) => !now.includes(type) && !(type === 'integer' && now.includes('number')));
    if (gone.length > 0) this.note(place, 'no', `the type ${gone.join(', ')} is not accepted any more`);
  }

  private values(old: JsonObject, now: JsonObject, place: string): void {
    const [before, after] = [valuesOf(old), valuesOf(now)];
    if (after === undefined) return;
    const isGone = (value: JsonValue) => !after.some((kept) => isDeepStrictEqual(kept, value));
    if (before === undefined) this.note(place, 'no', 'only some values are accepted now');
    else if (before.some(isGone)) this.note(place, 'no', 'a value is not accepted any more');
  }

  private bounds(old: JsonObject, now: JsonObject, types: readonly string[], place: string): void {
    for (const [key, { sign, types: counted }] of Object.entries(BOUNDS)) {
      const [before, after] = [old[key], now[key]];
      if (typeof after !== 'number' || !counted.some((type) => types.includes(type))) continue;
      const isNarrower = typeof before !== 'number' || sign * after < sign * before;
      if (isNarrower) this.note(place, this.isSure(old), `${key} is narrower`);
    }
  }

  /** Another constraint of the old schema may have said the same in other words. */
  private isSure(old: JsonObject): 'no' | 'unknown' {
    return Object.keys(old).every((key) => COMPARED.has(key) || isNote(key)) && valuesOf(old) === undefined
      ? 'no'
      : 'unknown';
  }

  private members(old: JsonObject, now: JsonObject, place: string, depth: number): void {
    const [before, after] = [membersOf(old), membersOf(now)];
    const needed = listOf(old['required']);
    for (const name of listOf(now['required'])) {
      if (!needed.includes(name)) this.note(`${place}/${String(name)}`, 'no', 'it is required now');
    }
    for (const [name, schema] of Object.entries(after)) {
      const was = before[name] ?? old['additionalProperties'];
      // A member that the old schema does not mention is new: `schemas try` shows what records have there.
      if (was !== undefined && was !== true) this.compare(was, schema, `${place}/${name}`, depth + 1);
    }
    const rest = now['additionalProperties'] ?? true;
    for (const [name, schema] of Object.entries(before)) {
      if (!Object.hasOwn(after, name)) this.compare(schema, rest, `${place}/${name}`, depth + 1);
    }
    this.compare(old['additionalProperties'] ?? true, rest, `${place}/*`, depth + 1);
  }

  private note(place: string, verdict: Finding['verdict'], what: string): void {
    this.findings.push({ place: place === '' ? '/' : place, verdict, what });
  }
}

const isNote = (key: string): boolean => NOTES.has(key) || key.startsWith('x-');

function resolve(schema: JsonValue, root: JsonObject): JsonObject | boolean | undefined {
  if (typeof schema === 'boolean') return schema;
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return undefined;
  const { $ref, ...own } = schema;
  if ($ref === undefined) return schema;
  const steps = String($ref).slice(1).split('/').slice(1);
  const target = steps.reduce<JsonValue | undefined>((value, step) => (value as JsonObject | undefined)?.[step], root);
  if (typeof target !== 'object' || target === null || Array.isArray(target) || target === schema) return undefined;
  return target['$ref'] === undefined ? { ...target, ...own } : undefined;
}

/** `number` accepts every `integer`. */
function typesOf({ type }: JsonObject): string[] {
  return type === undefined ? TYPES : ([type].flat() as string[]);
}

function valuesOf(schema: JsonObject): JsonValue[] | undefined {
  if (schema['const'] !== undefined) return [schema['const']];
  return schema['enum'] === undefined ? undefined : listOf(schema['enum']);
}

function membersOf(schema: JsonObject): JsonObject {
  return (schema['properties'] ?? {}) as JsonObject;
}

function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}
