import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import {
  cutText,
  type JsonObject,
  type JsonValue,
  parseJson,
  type ProblemEntry,
  withExactNumbers,
} from '@sluice/contracts';
import { MAX_SCHEMA_BYTES, readFileOf, type SchemaFile, SchemasError } from './schema-files.js';
import { linearRegExp, vetSchema } from './vet-schema.js';

/** Most violations that are listed for one record. */
const MAX_VIOLATIONS = 5;
/** Only in a small payload all violations are looked for: there may be one for each value. */
const MAX_LISTED_BYTES = 16 * 1024;
const MAX_EXPECTED_LENGTH = 200;
/** Words that schemas of measurements have for people. */
const NOTES = ['unit', 'units'];

/** A schema of payloads that is ready to check some. */
export class PayloadSchema {
  readonly type: string;
  readonly version: string;
  #lists: ValidateFunction | undefined;

  constructor(
    /** `thermometer/2` */
    readonly name: string,
    private readonly schema: JsonObject,
    private readonly matches: ValidateFunction,
  ) {
    [this.type, this.version] = name.split('/') as [string, string];
  }

  /**
   * The value is never changed, and never repeated in what is said.
   *
   * @param bytes about how large the payload is
   * @returns what is wrong, with pointers from the record; empty if nothing is. At most {@link MAX_VIOLATIONS}
   */
  violations(payload: JsonObject, bytes: number): readonly ProblemEntry[] {
    const value = withExactNumbers(payload, asDouble);
    try {
      if (this.matches(value)) return [];
      const errors = this.matches.errors ?? [];
      return (bytes > MAX_LISTED_BYTES ? errors : this.allErrors(value)).slice(0, MAX_VIOLATIONS).map(entryOf);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [{ pointer: '/data_payload', ...describe('schema', 'a payload that the schema can be checked on') }];
    }
  }

  private allErrors(value: unknown): readonly ErrorObject[] {
    this.#lists ??= compilerFor(this.schema, true).compile(this.schema);
    this.#lists(value);
    return this.#lists.errors ?? [];
  }
}

/** Ajv compares numbers. */
function asDouble(value: number | bigint): JsonValue {
  return Number(value);
}

/** @throws SchemasError that names the file, the place and the fix */
export function compileFile({ name, path }: SchemaFile): PayloadSchema {
  return compileSchema(name, readSchemaText(path), path);
}

/** @throws SchemasError */
export function readSchemaText(path: string): JsonObject {
  const parsed = parseJson(readFileOf(path, MAX_SCHEMA_BYTES));
  if (!parsed.ok) throw new SchemasError(`${path} is ${parsed.detail}.`);
  if (parsed.duplicateKeys.length > 0) throw new SchemasError(`${path}#${parsed.duplicateKeys[0]} is there twice.`);
  const { value } = parsed;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new SchemasError(`${path} must be a JSON object.`);
}

/** @throws SchemasError */
export function compileSchema(name: string, given: JsonObject, place: string): PayloadSchema {
  // Two files may have the same one, and nothing refers to it.
  const schema = Object.fromEntries(Object.entries(given).filter(([key]) => key !== '$id'));
  vetSchema(schema, place);
  try {
    return new PayloadSchema(name, schema, compilerFor(schema, false).compile(schema));
  } catch (error) {
    throw new SchemasError(`${place}: ${(error as Error).message}.`);
  }
}

/** An instance for each schema: one that is compiled into again and again keeps all that it has compiled. */
function compilerFor(schema: JsonObject, allErrors: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    ...{ allErrors, strictSchema: true, strictTypes: false, strictTuples: false, strictRequired: false },
    // Formats are notes in this draft. Nothing is ever filled in or converted.
    ...{ validateFormats: false, useDefaults: false, coerceTypes: false, removeAdditional: false },
    ...{ logger: false, code: { regExp: linearRegExp } },
  });
  for (const note of [...NOTES, ...extensionsIn(schema)]) ajv.addKeyword(note);
  return ajv;
}

/** Keywords that begin with `x-`, of any depth. */
function extensionsIn(value: JsonValue, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, item] of Object.entries(value)) {
    if (/^x-/.test(key)) found.add(key);
    extensionsIn(item as JsonValue, found);
  }
  return found;
}

function entryOf({ instancePath, keyword, params }: ErrorObject): ProblemEntry {
  return { pointer: `/data_payload${instancePath}`, ...describe(keyword, expectedBy(keyword, params)) };
}

function describe(rule: string, expected: string): Omit<ProblemEntry, 'pointer'> {
  const shown = cutText(expected, MAX_EXPECTED_LENGTH);
  const detail = `The payload schema of this device expects ${shown} (${rule}).`;
  return { code: 'schema-violation', detail, rule, expected: shown };
}

/** In words that come from the schema and never from the payload. */
function expectedBy(keyword: string, params: Record<string, unknown>): string {
  if (keyword === 'type') return `the type ${[params['type']].flat().join(' or ')}`;
  if (keyword === 'required') return `the member ${JSON.stringify(params['missingProperty'])}`;
  if (keyword === 'enum') return `one of ${JSON.stringify(params['allowedValues'])}`;
  if (keyword === 'const') return JSON.stringify(params['allowedValue']);
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') return 'no other members';
  if (params['comparison'] !== undefined) return `a number ${String(params['comparison'])} ${String(params['limit'])}`;
  if (params['limit'] !== undefined) return `${LIMITS[keyword] ?? keyword} ${String(params['limit'])}`;
  if (keyword === 'multipleOf') return `a multiple of ${String(params['multipleOf'])}`;
  if (keyword === 'pattern') return `a text like ${String(params['pattern'])}`;
  return `what ${keyword} says`;
}

const LIMITS: Readonly<Record<string, string>> = {
  minLength: 'a text with a length of at least',
  maxLength: 'a text with a length of at most',
  minItems: 'a list with a length of at least',
  maxItems: 'a list with a length of at most',
  minProperties: 'members, at least',
  maxProperties: 'members, at most',
};
