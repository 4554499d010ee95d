import { RE2JS } from 're2js';
import type { JsonObject, JsonValue } from '@sluice/contracts';
import { SchemasError } from './schema-files.js';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const MAX_DEPTH = 16;
const MAX_PATTERN_LENGTH = 200;
/** Comparing each item with each other takes time with the square of their number. */
const MAX_UNIQUE_ITEMS = 1000;
/** Keywords whose members are schemas by name: these names are no keywords. */
const MAPS: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'dependentSchemas']);
/** Keywords that hold values, not schemas. */
const VALUES: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples', 'required', 'dependentRequired']);
const REFUSED: ReadonlySet<string> = new Set(['$dynamicRef', '$dynamicAnchor', '$recursiveRef', '$vocabulary']);

/** A RegExp that takes time in proportion to the text, whatever the pattern is. */
export function linearRegExp(pattern: string): { test: (text: string) => boolean; toString: () => string } {
  const compiled = RE2JS.compile(pattern);
  // Ajv knows patterns apart by their text.
  return { test: (text) => compiled.matcher(text).find(), toString: () => pattern };
}
/** Ajv wants to know how it would write the function down; it never does. */
linearRegExp.code = 'linearRegExp';

/**
 * Refuses what could make a check slow, or dependent on anything outside of the file.
 *
 * @param place of the file, for messages
 * @throws SchemasError that names the place and the fix
 */
export function vetSchema(schema: JsonObject, place: string): void {
  if (schema['$schema'] !== undefined && schema['$schema'] !== DIALECT) {
    throw new SchemasError(`${place}: $schema must be ${DIALECT}, or be left out.`);
  }
  vet(schema, place, '', 0);
}

function vet(value: JsonValue, place: string, pointer: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw fault(place, pointer, `schemas may be nested ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) return value.forEach((item, at) => vet(item, place, `${pointer}/${at}`, depth));
  vetKeywords(value, place, pointer);
  for (const [keyword, part] of Object.entries(value)) {
    if (VALUES.has(keyword)) continue;
    const below = `${pointer}/${keyword}`;
    if (!MAPS.has(keyword)) vet(part, place, below, depth + 1);
    else for (const [name, inner] of Object.entries(part ?? {})) vet(inner, place, `${below}/${name}`, depth + 1);
  }
}

function vetKeywords(schema: JsonObject, place: string, pointer: string): void {
  const { $ref, pattern, patternProperties, uniqueItems, maxItems } = schema;
  const refused = Object.keys(schema).find((keyword) => REFUSED.has(keyword));
  if (refused !== undefined) throw fault(place, `${pointer}/${refused}`, 'this keyword is not allowed');
  if (pointer !== '' && schema['$id'] !== undefined)
    throw fault(place, `${pointer}/$id`, 'only the whole schema may have one');
  if ($ref !== undefined && !String($ref).startsWith('#')) {
    throw fault(place, `${pointer}/$ref`, 'a reference must begin with #, into this file');
  }
  const patterns = [pattern, ...Object.keys(patternProperties ?? {})].filter((text) => text !== undefined);
  for (const text of patterns) vetPattern(String(text), place, pointer);
  if (uniqueItems === true && !(typeof maxItems === 'number' && maxItems <= MAX_UNIQUE_ITEMS)) {
    throw fault(place, `${pointer}/uniqueItems`, `it needs maxItems of ${MAX_UNIQUE_ITEMS} at most`);
  }
}

function vetPattern(pattern: string, place: string, pointer: string): void {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw fault(place, `${pointer}/pattern`, `a pattern may have ${MAX_PATTERN_LENGTH} characters`);
  }
  try {
    linearRegExp(pattern);
  } catch {
    const what = 'the pattern is not allowed: it must be RE2 syntax, without backreferences and lookaround';
    throw fault(place, `${pointer}/pattern`, what);
  }
}

function fault(place: string, pointer: string, what: string): SchemasError {
  return new SchemasError(`${place}#${pointer}: ${what}.`);
}
