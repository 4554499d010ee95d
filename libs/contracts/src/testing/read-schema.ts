import { readFileSync } from 'node:fs';

export const SCHEMA_NAMES = ['device-report', 'ingest-event', 'stored-record', 'problem'] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];

/** One of the published JSON Schemas. */
export function readSchema(name: SchemaName): Record<string, unknown> {
  const file = new URL(`../../schemas/${name}.schema.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}
