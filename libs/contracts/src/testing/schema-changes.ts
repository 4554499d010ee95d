import { isDeepStrictEqual } from 'node:util';

export interface Schema {
  [keyword: string]: unknown;
}

export interface SchemaChange {
  /** For example `/properties/device_id`. */
  place: string;
  /**
   * The effect on the accepted values. `narrows`: some are refused now; `widens`: some are new; `differs`: unknown, so it may be
   * both.
   */
  effect: 'narrows' | 'widens' | 'differs';
  /** For people. */
  what: string;
}

/** The two versions, each as all schemas that references may point into, and which pairs of references have been compared. */
interface Versions {
  before: readonly Schema[];
  after: readonly Schema[];
  seen: Set<string>;
}

/**
 * What has changed between two versions of the schema at that reference: `<$id>#<pointer>`. A new property that is not required is no change where the
 * old schema takes unknown ones; one that is gone narrows, although it was optional.
 */
export function schemaChanges($ref: string, before: readonly Schema[], after: readonly Schema[]): SchemaChange[] {
  return compare({ $ref }, { $ref }, '', { before, after, seen: new Set() });
}

function compare(oldSchema: Schema, newSchema: Schema, place: string, versions: Versions): SchemaChange[] {
  const pair = `${String(oldSchema['$ref'])} ${String(newSchema['$ref'])}`;
  const areReferences = oldSchema['$ref'] !== undefined && newSchema['$ref'] !== undefined;
  if (areReferences && versions.seen.has(pair)) return [];
  versions.seen.add(pair);
  const [before, after] = [resolve(oldSchema, versions.before), resolve(newSchema, versions.after)];
  const nested = ['items', 'propertyNames', 'additionalProperties'].flatMap((part) =>
    partChanges(before[part], after[part], `${place}/${part}`, versions),
  );
  return [
    ...setChanges('type', typesOf(before), typesOf(after), place),
    ...setChanges('enum', valuesOf(before), valuesOf(after), place),
    ...boundChanges(before, after, place),
    ...requiredChanges(before, after, place),
    ...propertyChanges(before, after, place, versions),
    ...nested,
    ...otherChanges(before, after, place),
  ];
}

/** @returns the schema with its references resolved; references inside of it are absolute */
function resolve(schema: Schema, schemas: readonly Schema[]): Schema {
  const { $ref, ...own } = schema;
  if ($ref === undefined) return schema;
  const [id, pointer = ''] = ($ref as string).split('#');
  const root = schemas.find(({ $id }) => $id === id);
  const steps = pointer.split('/').slice(1);
  const target = steps.reduce<unknown>((value, step) => (value as Schema | undefined)?.[step], root);
  if (target === undefined) throw new Error(`Nothing is at ${$ref as string}.`);
  return { ...resolve(absolute(target, id!) as Schema, schemas), ...own };
}

function absolute(value: unknown, id: string): unknown {
  if (Array.isArray(value)) return value.map((item) => absolute(item, id));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, item]) => {
    const isLocal = key === '$ref' && (item as string).startsWith('#');
    return [key, isLocal ? `${id}${item as string}` : absolute(item, id)];
  });
  return Object.fromEntries(members);
}

const ALL_TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

function typesOf({ type }: Schema): unknown[] {
  if (type === undefined) return ALL_TYPES;
  const types = [type].flat();
  return types.includes('number') ? [...types, 'integer'] : types;
}

/** @returns `undefined` if any value will do */
function valuesOf(schema: Schema): unknown[] | undefined {
  if ('const' in schema) return [schema['const']];
  return schema['enum'] as unknown[] | undefined;
}

function setChanges(
  name: string,
  before: unknown[] | undefined,
  after: unknown[] | undefined,
  place: string,
): SchemaChange[] {
  const gone = without(before ?? (after === undefined ? [] : ['any']), after);
  const added = without(after ?? (before === undefined ? [] : ['any']), before);
  const change = (effect: SchemaChange['effect'], verb: string, values: unknown[]): SchemaChange[] =>
    values.length === 0 ? [] : [{ place, effect, what: `${name} ${verb} ${values.join(', ')}` }];
  return [...change('narrows', 'loses', gone), ...change('widens', 'gains', added)];
}

function without(values: unknown[], others: unknown[] = []): unknown[] {
  return values.filter((value) => !others.some((other) => isDeepStrictEqual(value, other)));
}

/** Keywords whose number narrows when it rises, and those whose number narrows when it falls. */
const LOWER_BOUNDS = ['minLength', 'minItems', 'minProperties', 'minimum'];
const UPPER_BOUNDS = ['maxLength', 'maxItems', 'maxProperties', 'maximum'];

function boundChanges(before: Schema, after: Schema, place: string): SchemaChange[] {
  const changes = (bounds: readonly string[], sign: number): SchemaChange[] =>
    bounds.flatMap((name) => {
      const [was, is] = [before, after].map(
        (schema) => sign * ((schema[name] as number | undefined) ?? sign * -Infinity),
      );
      if (was === is) return [];
      return [
        { place, effect: is! > was! ? 'narrows' : 'widens', what: `${name} was ${sign * was!} and is ${sign * is!}` },
      ];
    });
  return [...changes(LOWER_BOUNDS, 1), ...changes(UPPER_BOUNDS, -1)];
}

function requiredChanges(before: Schema, after: Schema, place: string): SchemaChange[] {
  const [was, is] = [before, after].map(({ required }) => (required ?? []) as string[]);
  return [
    ...without(is!, was).map((name) => ({
      place,
      effect: 'narrows' as const,
      what: `${String(name)} is required now`,
    })),
    ...without(was!, is).map((name) => ({
      place,
      effect: 'widens' as const,
      what: `${String(name)} is no longer required`,
    })),
  ];
}

function propertyChanges(before: Schema, after: Schema, place: string, versions: Versions): SchemaChange[] {
  const [was, is] = [before, after].map(({ properties }) => (properties ?? {}) as Record<string, Schema>);
  const old = Object.entries(was!).flatMap(([name, schema]): SchemaChange[] => {
    const where = `${place}/properties/${name}`;
    if (is![name] === undefined) return [{ place: where, effect: 'narrows', what: 'is gone' }];
    return compare(schema, is![name], where, versions);
  });
  const isClosed = before['additionalProperties'] === false;
  const added = isClosed ? without(Object.keys(is!), Object.keys(was!)) : [];
  return [
    ...old,
    ...added.map((name) => ({
      place: `${place}/properties/${String(name)}`,
      effect: 'widens' as const,
      what: 'was refused',
    })),
  ];
}

/** Of a keyword that holds a schema, or `false` for no value at all; without it, any value will do. */
function partChanges(before: unknown = true, after: unknown = true, place: string, versions: Versions): SchemaChange[] {
  if (before === after) return [];
  if (after === false) return [{ place, effect: 'narrows', what: 'is closed now' }];
  if (before === false) return [{ place, effect: 'widens', what: 'is open now' }];
  const [was, is] = [before, after].map((part) => (part === true ? {} : (part as Schema)));
  return compare(was!, is!, place, versions);
}

const WITHOUT_EFFECT = ['$schema', '$id', '$defs', '$comment', 'title', 'description', 'examples'];
const COMPARED = [
  ...LOWER_BOUNDS,
  ...UPPER_BOUNDS,
  ...['type', 'enum', 'const', 'required', 'properties', 'items', 'propertyNames', 'additionalProperties'],
];

function otherChanges(before: Schema, after: Schema, place: string): SchemaChange[] {
  const keywords = without(
    [...new Set([...Object.keys(before), ...Object.keys(after)])],
    [...WITHOUT_EFFECT, ...COMPARED],
  );
  return (keywords as string[])
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .map((name) => ({ place, effect: 'differs', what: `${name} has changed` }));
}
