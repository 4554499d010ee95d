import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@sluice/test-kit';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

const THERMOMETER = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:example:thermometer',
  type: 'object',
  required: ['temp'],
  properties: {
    temp: { type: 'number', minimum: -40, maximum: 125, unit: 'Cel', default: 20 },
    serial: { type: 'integer' },
    name: { type: 'string', pattern: '^(a+)+$', 'x-note': 'for people' },
    tags: { type: 'array', maxItems: 10, uniqueItems: true, items: { enum: ['in', 'out'] } },
  },
};
const DEVICES = `
# a comment
lab-7:off -> thermometer/2 off
lab-7:* -> thermometer/2 enforce
lab-8:* -> thermometer/2
Factory Floor/Line 1 -> thermometer/2 enforce
`;

let gateway: GatewayUnderTest | undefined;
let directory: string;
const write = (name: string, content: unknown) => {
  mkdirSync(dirname(join(directory, name)), { recursive: true });
  writeFileSync(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
};
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-schemas-'));
  write('thermometer/2.json', THERMOMETER);
  write('devices.txt', DEVICES);
});
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  rmSync(directory, { recursive: true });
});

const start = async () => (gateway = await GatewayUnderTest.start({ schemasDir: directory }));
const record = (device_id: string, data_payload: object) => ({
  device_id,
  timestamp: '2026-11-28T12:00:00Z',
  data_payload,
});
const headersOf = () => gateway!.publisher.records.map(({ headers }) => headers!['payload-schema']);

describe('A payload schema', () => {
  it('A payload schema that is enforced rejects payloads that violate it, and repeats no value', async () => {
    await start();
    const wrong = record('lab-7:a', { temp: 'hunter2', serial: 1.5, name: 'hunter2' });
    const { status, body } = await gateway!.post(wrong);
    expect([status, body.code]).toEqual([422, 'schema-violation']);
    expect(body.errors).toEqual([
      expect.objectContaining({ pointer: '/data_payload/temp', rule: 'type', expected: 'the type number' }),
      expect.objectContaining({ pointer: '/data_payload/serial', rule: 'type', expected: 'the type integer' }),
      expect.objectContaining({ pointer: '/data_payload/name', rule: 'pattern' }),
    ]);
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(gateway!.publisher.records).toEqual([]);
  });

  it('A payload schema affects no other record, and matching records have its name', async () => {
    await start();
    const fits = [
      record('lab-7:a', { temp: 20.5, more: true }),
      record('Factory Floor/Line 1', { temp: 1, serial: 1 }),
    ];
    const { status, body } = await gateway!.post([
      ...fits,
      record('lab-7:a', { temp: 900 }),
      record('other', { temp: '' }),
    ]);
    expect([status, body.results.map((result) => result.status)]).toEqual([
      207,
      ['accepted', 'accepted', 'rejected', 'accepted'],
    ]);
    expect(body.results[2]!.problem).toMatchObject({
      code: 'schema-violation',
      errors: [{ pointer: '/2/data_payload/temp', rule: 'maximum', expected: 'a number <= 125' }],
    });
    expect(headersOf()).toEqual(['thermometer/2', 'thermometer/2', undefined]);
    expect(gateway!.events[0]!.data_payload).toEqual({ temp: 20.5, more: true });
  });

  it('A payload schema that warns counts violations and leaves the payloads unchanged', async () => {
    await start();
    expect((await gateway!.post(record('lab-8:a', { serial: 7 }))).status).toBe(202);
    expect((await gateway!.post(record('lab-7:off', {}))).status).toBe(202);
    expect(gateway!.events.map(({ data_payload }) => data_payload)).toEqual([{ serial: 7 }, {}]);
    expect(headersOf()).toEqual([undefined, undefined]);
    expect(await gateway!.metrics()).toContain(
      'sluice_schema_violations_total{type="thermometer",version="2",mode="warn"} 1',
    );
    expect(gateway!.logLines.find(({ schema }) => schema === 'thermometer/2')).toMatchObject({ rule: 'required' });
  });

  it('A payload schema treats whole numbers of 64 bits as numbers', async () => {
    await start();
    const text = JSON.stringify(record('lab-7:a', { temp: 1 })).replace(
      '"temp":1',
      '"temp":1,"serial":1490745150008486243',
    );
    expect((await gateway!.post(text)).status).toBe(202);
    expect(gateway!.events[0]!.data_payload).toEqual({ temp: 1, serial: 1490745150008486243n });
  });

  it('A payload schema with a pattern takes time in proportion to the text', async () => {
    await start();
    const name = `${'a'.repeat(100_000)}!`;
    expect((await gateway!.post(record('lab-7:a', { temp: 1, name }))).status).toBe(422);
    expect((await gateway!.post(record('lab-7:a', { temp: 1, name: 'a'.repeat(100_000) }))).status).toBe(202);
  });
});

describe('SCHEMAS_DIR', () => {
  it('SCHEMAS_DIR is read again when a file changes, and the last valid set stays active', async () => {
    await start();
    const wrong = record('lab-7:a', {});
    write('thermometer/2.json', '{"type":"objekt"}');
    await until(() => gateway!.logLines.some(({ msg }) => String(msg).includes('the last schemas stay')));
    expect((await gateway!.post(wrong)).status).toBe(422);
    write('thermometer/2.json', { type: 'object' });
    await until(async () => (await gateway!.post(wrong)).status === 202);
    expect((await gateway!.metrics()).some((line) => line === 'sluice_schema_reload_failures_total 1')).toBe(true);
  });

  it.each<[string, string, unknown, RegExp]>([
    ['no JSON', 'thermometer/2.json', '{', /2\.json is not JSON/],
    ['a keyword that there is not', 'thermometer/2.json', { minimun: 1 }, /2\.json: .*minimun/],
    [
      'another draft',
      'thermometer/2.json',
      { $schema: 'http://json-schema.org/draft-07/schema#' },
      /must be https:\/\/json-schema/,
    ],
    [
      'a reference to elsewhere',
      'thermometer/2.json',
      { $ref: 'http://x.example' },
      /#\/\$ref: a reference must begin with #/,
    ],
    ['$dynamicRef', 'thermometer/2.json', { $dynamicRef: '#a' }, /this keyword is not allowed/],
    ['a pattern that looks around', 'thermometer/2.json', { pattern: '(?=a)' }, /#\/pattern: .*RE2 syntax/],
    ['a pattern that is too long', 'thermometer/2.json', { pattern: 'a'.repeat(201) }, /may have 200 characters/],
    ['uniqueItems without a limit', 'thermometer/2.json', { uniqueItems: true }, /it needs maxItems/],
    ['a file that is too large', 'thermometer/2.json', { title: 'x'.repeat(70_000) }, /more than 65536 bytes/],
    ['a line that is none', 'devices.txt', 'lab-7:* thermometer/2', /devices\.txt, line 1: a line is like/],
    [
      'a mode that there is not',
      'devices.txt',
      'lab-7:* -> thermometer/2 strict',
      /the mode must be one of off, warn, enforce/,
    ],
    [
      'a schema that there is not',
      'devices.txt',
      'lab-7:* -> thermometer/3',
      /there is no schema thermometer\/3\.json/,
    ],
    [
      'a pattern of devices that is none',
      'devices.txt',
      'lab-*-7 -> thermometer/2',
      /line 1: before -> give one device_id/,
    ],
  ])('SCHEMAS_DIR stops the start with %s', async (_, file, content, message) => {
    write(file, content);
    await expect(start()).rejects.toThrow(message);
  });
});
