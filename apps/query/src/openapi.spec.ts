import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { anEvent, QueryUnderTest } from './testing/query-under-test.js';

let query: QueryUnderTest;
let api: OpenAPIObject;

beforeEach(async () => {
  query = await QueryUnderTest.start();
  api = (await query.get<OpenAPIObject>('/openapi.json')).body;
});

afterEach(() => query.stop());

const RECORD_PATH = '/records/{device_id}/{record_id}';

/** The errors of an answer, by the schema for its path, status and media type. */
async function problemsWith(path: string, request = path): Promise<unknown> {
  const { status, headers, body } = await query.get<object>(request);
  const mediaType = headers.get('content-type')!.split(';', 1)[0]!;
  const place = ['paths', path, 'get', 'responses', String(status), 'content', mediaType, 'schema'];
  expect(api).toHaveProperty(place);
  const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(api, 'api');
  const steps = place.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')));
  const check = ajv.compile({ $ref: `api#/${steps.join('/')}` });
  check(body);
  return { status, problems: check.errors };
}

const fits = (status: number) => ({ status, problems: null });

describe('The answers of the query service', () => {
  it('The answers match /openapi.json while everything works', async () => {
    query.log.events.append({ key: null, value: Buffer.from('{') });
    query.log.events.appendEvent(anEvent({ record_id: 'waiting' }));
    query.log.deadLetters.append({ key: Buffer.from('dev-2'), value: Buffer.from('{"record_id":"dead"}') });
    await query.storeEvents(anEvent({ record_id: 'stored' }));
    expect(await problemsWith('/check-buffer')).toEqual(fits(200));
    expect(await problemsWith('/records')).toEqual(fits(200));
    for (const recordId of ['waiting', 'stored', 'dead'])
      expect(await problemsWith(RECORD_PATH, `/records/dev-2/${recordId}`)).toEqual(fits(200));
    expect(await problemsWith('/health/live')).toEqual(fits(200));
    expect(await problemsWith('/health/ready')).toEqual(fits(200));
  });

  it('The answers match /openapi.json when the request is wrong', async () => {
    expect(await problemsWith('/check-buffer', '/check-buffer?limit=0')).toEqual(fits(400));
    expect(await problemsWith('/records', '/records?cursor=x')).toEqual(fits(400));
    expect(await problemsWith(RECORD_PATH, '/records/a%2Ab/c')).toEqual(fits(400));
    expect(await problemsWith(RECORD_PATH, '/records/dev-2/unknown')).toEqual(fits(404));
  });

  it('The answers match /openapi.json while the engines are unavailable', async () => {
    query.log.goAway();
    query.store.isAvailable = false;
    expect(await problemsWith('/check-buffer')).toEqual(fits(503));
    expect(await problemsWith('/records')).toEqual(fits(503));
    expect(await problemsWith(RECORD_PATH, '/records/dev-2/r-1')).toEqual(fits(503));
    expect(await problemsWith('/health/ready')).toEqual(fits(503));
  });
});
