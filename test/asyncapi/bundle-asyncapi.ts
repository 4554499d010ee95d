import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';

const CONTRACTS = new URL('../../libs/contracts/', import.meta.url);
const SCHEMAS = ['device-report', 'ingest-event'];

type Json = Record<string, unknown>;

/** The AsyncAPI document with the JSON Schemas that it points to inside of it, so that it can be served as one file. */
export function bundleAsyncApi(): Json {
  const api = load(readFileSync(new URL('asyncapi.yaml', CONTRACTS), 'utf8')) as { components: Json };
  const schemas = Object.fromEntries(SCHEMAS.map((name) => [name, schemaInside(name)]));
  const components = { ...(withReferences(api.components, fromDocument) as Json), schemas };
  return { ...api, components };
}

function schemaInside(name: string): unknown {
  const file = new URL(`schemas/${name}.schema.json`, CONTRACTS);
  const members = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Json);
  const schema = Object.fromEntries(members.filter(([keyword]) => keyword !== '$id' && keyword !== '$schema'));
  return withReferences(schema, (ref) => fromSchema(ref, name));
}

/** `./schemas/ingest-event.schema.json#/$defs/serverTime` */
function fromDocument(ref: string): string {
  const [, name, pointer = ''] = /^\.\/schemas\/([^.]+)\.schema\.json(?:#(.*))?$/.exec(ref) ?? [];
  return name === undefined ? ref : `#/components/schemas/${name}${pointer}`;
}

/** `urn:sluice:schema:device-report#/$defs/deviceId`, or `#/$defs/serverTime` of the schema itself */
function fromSchema(ref: string, self: string): string {
  const [, name = self, pointer = ''] = /^(?:urn:sluice:schema:([^#]+))?#(.*)$/.exec(ref) ?? [];
  return `#/components/schemas/${name}${pointer}`;
}

function withReferences(value: unknown, rewrite: (ref: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => withReferences(item, rewrite));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, item]) => [
    key,
    key === '$ref' ? rewrite(item as string) : withReferences(item, rewrite),
  ]);
  return Object.fromEntries(members);
}
