import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describeApi } from './describe-api.js';

const FILE = new URL('../../libs/contracts/openapi/openapi.json', import.meta.url);
const REFRESH = 'OPENAPI_REFRESH=1 npm test -- test/openapi, then npm run format';

interface MediaType {
  schema: object;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

let committed: OpenAPIObject;
let described: OpenAPIObject;

beforeAll(async () => {
  described = JSON.parse(JSON.stringify(await describeApi())) as OpenAPIObject;
  if (process.env['OPENAPI_REFRESH']) writeFileSync(FILE, JSON.stringify(described, null, 2));
  committed = JSON.parse(readFileSync(FILE, 'utf8')) as OpenAPIObject;
});

describe('openapi.json', () => {
  it('openapi.json is what the controllers declare', () => {
    const advice = `after a change: ${REFRESH}`;
    expect({ advice, ...committed }).toEqual({ advice, ...described });
  });

  it('openapi.json is OpenAPI 3.1: null is a type, and nullable is not used', () => {
    expect(committed.openapi).toMatch(/^3\.1\./);
    expect(JSON.stringify(committed)).not.toContain('"nullable"');
  });

  it('openapi.json describes all paths of the service', () => {
    expect(Object.keys(committed.paths).sort()).toEqual([
      '/asyncapi.json',
      '/audit',
      '/check-buffer',
      '/dead-letters',
      '/dead-letters/summary',
      '/dead-letters/{partition}/{offset}',
      '/dead-letters/{partition}/{offset}/discard',
      '/devices',
      '/endpoints',
      '/events/tail',
      '/export',
      '/health/live',
      '/health/ready',
      '/ingest',
      '/ingest/from/{source}',
      '/latest',
      '/limits',
      '/metrics',
      '/openapi.json',
      '/records',
      '/records/{device_id}/latest',
      '/records/{device_id}/series',
      '/records/{device_id}/{record_id}',
      '/redrives',
      '/redrives/{id}',
      '/redrives/{id}/pause',
      '/redrives/{id}/resume',
      '/status',
      '/status/events',
      '/status/history',
      '/tokens',
      '/tokens/claim',
    ]);
  });

  it('openapi.json gives every operation a unique name', () => {
    const names = operations(committed).map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain(undefined);
  });

  it('openapi.json describes every error as a problem, and each 503 with Retry-After', () => {
    const errors = operations(committed)
      .filter(({ tags }) => !tags?.includes('service'))
      .flatMap(({ responses }) => Object.entries(responses))
      .filter(([status]) => Number(status) >= 400);
    expect(errors.length).toBeGreaterThan(0);
    for (const [status, response] of errors) {
      expect(Object.keys((response as { content: object }).content)).toEqual(['application/problem+json']);
      if (status === '503') expect(response).toHaveProperty(['headers', 'Retry-After']);
    }
  });

  it('openapi.json has schemas that resolve, and examples that match them', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    ajv.addSchema(committed, 'api');
    const mediaTypes = [...mediaTypesIn(committed.paths)];
    expect(mediaTypes.length).toBeGreaterThan(20);
    for (const { schema, example, examples } of mediaTypes) {
      const check = ajv.compile(withReferencesInto('api', schema));
      const values = Object.values(examples ?? {}).map(({ value }) => value);
      for (const value of example === undefined ? values : [...values, example])
        expect({ value, isValid: check(value), errors: check.errors }).toMatchObject({ isValid: true, errors: null });
    }
  });

  it('openapi.json describes each kind of event of a stream, with an example that matches', () => {
    const { schema, examples } = streamOf(committed, '/events/tail');
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(committed, 'api');
    const values = Object.values(examples!).map(({ value }) => value as { event: string; data: string });
    expect(values.map(({ event }) => event)).toEqual(schema.oneOf.map(({ properties }) => properties.event.enum[0]));
    for (const [index, { data }] of values.entries()) {
      const { contentMediaType, contentSchema } = schema.oneOf[index]!.properties.data;
      expect(contentMediaType).toBe('application/json');
      const check = ajv.compile(withReferencesInto('api', contentSchema));
      expect({ data, isValid: check(JSON.parse(data)) }).toEqual({ data, isValid: true });
      expect(check({})).toBe(false);
    }
  });

  it('openapi.json shows the same record as it is sent, buffered and stored', () => {
    for (const path of ['/ingest', '/check-buffer', '/records', '/records/{device_id}/{record_id}'])
      expect(JSON.stringify(committed.paths[path])).toContain('{"gene_count":12,"sample_quality":0.98}');
  });
});

interface EventSchema {
  properties: { event: { enum: string[] }; data: { contentMediaType: string; contentSchema: object } };
}

function streamOf({ paths }: OpenAPIObject, path: string): MediaType & { schema: { oneOf: EventSchema[] } } {
  const { content } = paths[path]!.get!.responses['200'] as { content: Record<string, MediaType> };
  return content['text/event-stream'] as MediaType & { schema: { oneOf: EventSchema[] } };
}

function operations({ paths }: OpenAPIObject) {
  return Object.values(paths).flatMap(({ get, post }) => [get, post].filter((operation) => operation !== undefined));
}

function* mediaTypesIn(value: unknown): Generator<MediaType> {
  if (typeof value !== 'object' || value === null) return;
  if ('content' in value) yield* Object.values(value.content as Record<string, MediaType>);
  for (const member of Object.values(value)) yield* mediaTypesIn(member);
}

function withReferencesInto(id: string, schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${id}#/`)) as object;
}
