import { describe, expect, it } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { encodeEvent } from './event-codec.js';
import {
  DEVICE_ID_PATTERN,
  MAX_ID_LENGTH,
  READABLE_DEVICE_ID_PATTERN,
  READABLE_RECORD_ID_PATTERN,
  RECORD_ID_PATTERN,
} from './ids.js';
import { readJson } from './json.js';
import { stringifyExact } from './json-text.js';
import { MAX_PAYLOAD_BYTES, MAX_PAYLOAD_DEPTH, MAX_PAYLOAD_KEY_LENGTH } from './payload-check.js';
import { PROBLEMS, type ProblemCode, problemOf } from './problem.js';
import { arbitraryEvent } from './testing/arbitrary-report.js';
import { readSchema, SCHEMA_NAMES } from './testing/read-schema.js';
import { MAX_TIMESTAMP_LENGTH, TIMESTAMP_PATTERN } from './timestamp.js';

const ajv = new Ajv2020.default({ allowUnionTypes: true, schemas: SCHEMA_NAMES.map(readSchema) });
const matches = (name: string, value: unknown) => ajv.validate(`urn:sluice:schema:${name}`, value);

describe('The JSON Schemas', () => {
  it.each(SCHEMA_NAMES)('The JSON Schema %s matches its own examples', (name) => {
    const examples = readSchema(name)['examples'] as unknown[];
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect([example, matches(name, example)]).toEqual([example, true]);
  });

  it('The JSON Schemas state the limits and patterns of the code', () => {
    const report = readSchema('device-report');
    expect(report).toMatchObject({
      $defs: {
        deviceId: { minLength: 1, maxLength: MAX_ID_LENGTH, pattern: DEVICE_ID_PATTERN.source },
        recordId: { minLength: 1, maxLength: MAX_ID_LENGTH, pattern: RECORD_ID_PATTERN.source },
        timestamp: { maxLength: MAX_TIMESTAMP_LENGTH },
        payloadKey: { minLength: 1, maxLength: MAX_PAYLOAD_KEY_LENGTH },
      },
    });
    expect(readSchema('ingest-event')).toMatchObject({
      $defs: {
        deviceId: { pattern: READABLE_DEVICE_ID_PATTERN.source },
        recordId: { pattern: READABLE_RECORD_ID_PATTERN.source },
        timestamp: { maxLength: MAX_TIMESTAMP_LENGTH, pattern: TIMESTAMP_PATTERN.source },
      },
    });
    expect(report['$comment']).toContain(`${MAX_PAYLOAD_DEPTH} levels`);
    expect(report['$comment']).toContain(`${MAX_PAYLOAD_BYTES} bytes`);
  });

  it('The JSON Schemas match every event that the code writes', () => {
    fc.assert(
      fc.property(arbitraryEvent, (event) => {
        expect(matches('ingest-event', readJson(encodeEvent(event).toString()))).toBe(true);
        const record = stringifyExact({ ...event, stored_at: '2025-09-09T17:00:01.500Z' });
        expect(matches('stored-record', JSON.parse(record))).toBe(true);
      }),
    );
  });

  it('The JSON Schemas accept an event with an unknown field, and refuse a stored record with one', () => {
    const [event] = readSchema('ingest-event')['examples'] as [object];
    const [record] = readSchema('stored-record')['examples'] as [object];
    expect(matches('ingest-event', { ...event, site: 'north' })).toBe(true);
    expect(matches('stored-record', { ...record, site: 'north' })).toBe(false);
  });

  it.each(['record_id', 'device_id', 'timestamp', 'received_at', 'data_payload'])(
    'The JSON Schemas refuse an event without %s',
    (name) => {
      const [event] = readSchema('ingest-event')['examples'] as [object];
      expect(matches('ingest-event', { ...event, [name]: undefined })).toBe(false);
    },
  );

  it('The JSON Schemas know every problem code, and match every problem', () => {
    const { properties } = readSchema('problem') as { properties: { code: { enum: string[] } } };
    expect(properties.code.enum).toEqual(Object.keys(PROBLEMS));
    const errors = [{ pointer: '?limit', code: 'range', detail: 'limit must be a whole number.' }];
    for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
      expect(matches('problem', problemOf(code, 'Something to do.', { errors }))).toBe(true);
    }
  });
});
