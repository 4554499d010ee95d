import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { decodeEvent, encodeEvent } from './event-codec.js';
import type { DeviceReport, IngestEvent } from './event.js';
import { arbitraryEvent, arbitraryReport } from './testing/arbitrary-report.js';
import { readSchema } from './testing/read-schema.js';
import { type Schema, type SchemaChange, schemaChanges } from './testing/schema-changes.js';
import { SCHEMA_VERSION } from './topics.js';

const CONTRACTS = new URL('../', import.meta.url);
const RELEASED = new URL('schemas/released/', CONTRACTS);
const EVENT = 'urn:sluice:schema:ingest-event#';
const REPORT = 'urn:sluice:schema:device-report#';
/** `asyncapi.json` itself has no `$id`. */
const ASYNCAPI = 'asyncapi';
const headersOf = (message: string) => `${ASYNCAPI}#/components/messages/${message}/headers`;

const versions = readdirSync(RELEASED);
const read = (file: URL): Schema => ({ $id: ASYNCAPI, ...(JSON.parse(readFileSync(file, 'utf8')) as Schema) });
const current = (): Schema[] => [
  readSchema('ingest-event'),
  readSchema('device-report'),
  read(new URL('asyncapi/asyncapi.json', CONTRACTS)),
];

function released(version: string): Schema[] {
  const folder = new URL(`${version}/`, RELEASED);
  return readdirSync(folder).map((name) => read(new URL(name, folder)));
}

/** Messages are read by consumers that are older and younger than the producer: nothing may be refused, and nothing new may come. */
const messageChanges = (ref: string, now: Schema[]) =>
  schemaChanges(ref, released(SCHEMA_VERSION), now).filter((change) => ref !== EVENT || !isNewDeviceId(change));
/** More characters in device ids: a consumer of the first release gets such events as unreadable ones. */
const isNewDeviceId = ({ place, what }: SchemaChange) =>
  place === '/properties/device_id' && what === 'pattern has changed';
/** Not all devices can be updated: a report that was accepted once stays accepted. */
const reportChanges = (version: string, now: Schema[]) =>
  schemaChanges(REPORT, released(version), now).filter(
    ({ place, effect, what }) => effect !== 'widens' && !COMPARED_BY_VALUES.has(`${place}: ${what}`),
  );
/** Patterns and alternatives cannot be compared: the next test does it by values. */
const COMPARED_BY_VALUES = new Set([
  '/properties/device_id: pattern has changed',
  '/properties/record_id: pattern has changed',
  '/properties/timestamp: pattern has changed',
  '/properties/data_payload/additionalProperties: anyOf has changed',
]);

describe('The published schemas', () => {
  it('The published schemas have a released version for the one that events carry', () =>
    expect(versions).toContain(SCHEMA_VERSION));

  it(`The published schemas describe the same events as version ${SCHEMA_VERSION} did, except for new optional fields`, () => {
    expect(messageChanges(EVENT, current())).toEqual([]);
    expect(messageChanges(headersOf('ingestEvent'), current())).toEqual([]);
  });

  it(`The published schemas describe the same dead letters as version ${SCHEMA_VERSION} did, except for new headers and reasons`, () => {
    const changes = messageChanges(headersOf('deadLetter'), current());
    const isNewReason = ({ place, effect }: SchemaChange) =>
      place === '/properties/dead-letter-reason' && effect === 'widens';
    expect(changes.filter((change) => !isNewReason(change))).toEqual([]);
  });

  it.each(versions)('The published schemas accept every report that version %s accepted', (version) => {
    expect(reportChanges(version, current())).toEqual([]);
  });

  it('The published schemas accept every report of version 1 whose ids have no space at an end and are not . or ..', () => {
    const [before, after] = [released('1'), current()].map((schemas) =>
      new Ajv2020.default({ strict: false, schemas }).getSchema(REPORT)!,
    );
    const isOddId = (id: unknown) => /^ | $|^\.{1,2}$/.test(String(id));
    let taken = 0;
    fc.assert(
      fc.property(arbitraryReport, (report) => {
        const { device_id, record_id } = Object(report) as DeviceReport;
        if (!before!(report) || isOddId(device_id) || isOddId(record_id)) return;
        taken++;
        expect([report, after!(report)]).toEqual([report, true]);
      }),
      { numRuns: 1000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it.each(['record_id', 'device_id', 'timestamp', 'received_at', 'data_payload'])(
    'The comparison of schemas detects that %s was removed or made optional',
    (field) => {
      const withoutIt = current();
      delete (withoutIt[0]!['properties'] as Record<string, unknown>)[field];
      expect(messageChanges(EVENT, withoutIt)).not.toEqual([]);
      const optional = current();
      optional[0]!['required'] = (optional[0]!['required'] as string[]).filter((name) => name !== field);
      expect(messageChanges(EVENT, optional)).not.toEqual([]);
    },
  );

  it('The comparison of schemas detects another limit at any path', () => {
    const schemas = current();
    for (const schema of schemas.slice(0, 2)) (schema['$defs'] as { deviceId: Schema }).deviceId['maxLength'] = 64;
    expect(messageChanges(EVENT, schemas)).not.toEqual([]);
    expect(reportChanges(SCHEMA_VERSION, schemas)).not.toEqual([]);
  });
});

describe('A consumer of version 1', () => {
  const isEventOfVersion1 = new Ajv2020.default({ strict: false, schemas: released('1') }).getSchema(EVENT)!;

  /** What a later producer of the same schema version may add. */
  const later = (value: Buffer): Buffer =>
    Buffer.from(`${String(value).slice(0, -1)},"site":{"name":"north","floors":[1,2]}}`);

  it('A consumer of version 1 reads an event with a new field, and sees the fields that it knows', () => {
    fc.assert(
      fc.property(arbitraryEvent, (event) => {
        expect(decodeEvent(later(encodeEvent(event)), '1')).toEqual({ ok: true, event });
      }),
    );
  });

  it('A consumer of version 1 accepts each event by the schema that it was built with, whatever numbers the event has', () => {
    fc.assert(
      fc.property(arbitraryEvent, (event) => {
        const value: unknown = JSON.parse(String(encodeEvent({ ...event, device_id: 'dev-2' })));
        expect([isEventOfVersion1(value), isEventOfVersion1.errors]).toEqual([true, null]);
      }),
    );
  });

  it('A consumer of version 1 accepts an event with a new field by the schema that it was built with', () => {
    const [example] = readSchema('ingest-event')['examples'] as [IngestEvent];
    const event: unknown = JSON.parse(String(later(encodeEvent(example))));
    expect([isEventOfVersion1(event), isEventOfVersion1.errors]).toEqual([true, null]);
  });

  it('A consumer of version 1 does not decode an event of another schema version', () => {
    const value = Buffer.from(JSON.stringify({ id: 'another form' }));
    expect(decodeEvent(value, '2')).toMatchObject({ ok: false, reason: 'unknown-schema-version' });
  });
});
