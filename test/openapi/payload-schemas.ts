import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from '@nestjs/swagger';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

const REPORT_SCHEMA = new URL('../../libs/contracts/schemas/device-report.schema.json', import.meta.url);
const NAMES: Readonly<Record<string, string>> = {
  sentPayload: 'Payload',
  payloadKey: 'PayloadKey',
  sentValue: 'PayloadValue',
};

/** A decorator cannot say what a payload may hold at every level; the JSON Schema of a report does. */
export function withPayload(schemas: Schemas): Schemas {
  const { DeviceReport: report } = schemas as Record<string, { properties: Record<string, object> }>;
  const { description, example } = report!.properties['data_payload'] as Record<string, unknown>;
  const payload = { description, example, allOf: [{ $ref: refTo('Payload') }] };
  const properties = { ...report!.properties, data_payload: payload };
  return {
    ...schemas,
    ...payloadSchemas(),
    DeviceReport: { ...report, properties, additionalProperties: false } as Schemas[string],
  };
}

function payloadSchemas(): Schemas {
  const { $defs } = JSON.parse(readFileSync(REPORT_SCHEMA, 'utf8')) as { $defs: Record<string, object> };
  const named = Object.entries(NAMES).map(([inFile, inApi]) => [inApi, $defs[inFile]]);
  const text = JSON.stringify(Object.fromEntries(named));
  return JSON.parse(text.replace(/#\/\$defs\/(\w+)/g, (_, name: string) => refTo(NAMES[name]!))) as Schemas;
}

const refTo = (name: string): string => `#/components/schemas/${name}`;
