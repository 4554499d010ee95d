import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@sluice/test-kit';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

const SOURCES = {
  tts: { preset: 'the-things-stack' },
  lora: { preset: 'chirpstack', prefix: 'lora:', defaults: { site: 'north' } },
  events: { preset: 'cloudevents' },
  senml: { preset: 'senml' },
  shelly: { device_id: '/device', payload: { temp: '/temp', hum: '/hum' }, match: { 'query.kind': 'ht' } },
  plc: {
    match: { '/type': 'report', 'header.x-line': '7' },
    each: '/stations',
    device_id: '/no',
    timestamp: '^/at',
    record_id: '/seq',
    payload: '/values',
    prefix: 'press-',
  },
};

/** Of the field table of a The Things Stack uplink. */
const TTS_UPLINK = {
  end_device_ids: { device_id: 'dev1', application_ids: { application_id: 'app1' }, dev_eui: '0004A30B001C0530' },
  correlation_ids: ['as:up:01E0'],
  received_at: '2026-11-28T12:00:00.5Z',
  uplink_message: {
    f_port: 1,
    f_cnt: 17,
    frm_payload: 'gkHe',
    decoded_payload: { temperature: 21.5 },
    received_at: '2026-11-28T12:00:00.25Z',
  },
};

/** Of the UplinkEvent of ChirpStack 4. */
const CHIRPSTACK_UP = {
  deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
  time: '2026-11-28T12:00:00.433477+00:00',
  deviceInfo: { applicationName: 'app', deviceName: 'dev', devEui: '0101010101010101' },
  fCnt: 4,
  fPort: 1,
  data: 'qg==',
  object: { temp: 20.1, site: 'south' },
};

const CLOUD_EVENT = {
  specversion: '1.0',
  type: 'com.example.reading',
  source: '/sensors/tn-1234567',
  id: 'A234-1234-1234',
  time: '2026-11-28T12:00:00Z',
  data: { level: 7 },
};

let gateway: GatewayUnderTest;
let file: string;
let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-sources-'));
  file = join(directory, 'sources.json');
  writeFileSync(file, JSON.stringify(SOURCES));
  gateway = await GatewayUnderTest.start({ sourcesFile: file });
});
afterEach(async () => {
  await gateway.stop();
  rmSync(directory, { recursive: true });
});

async function send(path: string, body?: unknown, headers: Record<string, string> = {}, method = 'POST') {
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  const response = await fetch(`${gateway.url}/ingest/from/${path}`, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

describe('POST /ingest/from/{source}', () => {
  it('POST /ingest/from/{source} accepts an uplink of The Things Stack, and ignores its other messages', async () => {
    const { status, body } = await send('tts', TTS_UPLINK, { 'content-type': 'application/json' });
    expect([status, body.device_id]).toEqual([202, 'dev1']);
    expect(gateway.events[0]).toMatchObject({
      device_id: 'dev1',
      timestamp: '2026-11-28T12:00:00.25Z',
      data_payload: { temperature: 21.5 },
    });
    const join = { end_device_ids: TTS_UPLINK.end_device_ids, join_accept: {} };
    expect(await send('tts', join)).toMatchObject({ status: 200, body: { status: 'ignored' } });
    expect(await gateway.metrics()).toContain('sluice_ingest_ignored_total{source="tts"} 1');
    expect(gateway.events).toHaveLength(1);
  });

  it('POST /ingest/from/{source} keeps the bytes of an uplink without a formatter', async () => {
    const uplink_message = { ...TTS_UPLINK.uplink_message, decoded_payload: undefined };
    await send('tts', { ...TTS_UPLINK, uplink_message });
    expect(gateway.events[0]!.data_payload).toEqual({ f_port: 1, frm_payload: 'gkHe' });
  });

  it('POST /ingest/from/{source} accepts an up event of ChirpStack with prefix and defaults', async () => {
    expect((await send('lora?event=up', CHIRPSTACK_UP)).status).toBe(202);
    expect(gateway.events[0]).toMatchObject({
      device_id: 'lora:0101010101010101',
      record_id: CHIRPSTACK_UP.deduplicationId,
      timestamp: CHIRPSTACK_UP.time,
      data_payload: { temp: 20.1, site: 'south' },
    });
    expect((await send('lora?event=join', CHIRPSTACK_UP)).body).toEqual({ status: 'ignored' });
  });

  it('POST /ingest/from/{source} accepts CloudEvents in the body, in a batch and in the headers', async () => {
    const type = { 'content-type': 'application/cloudevents+json' };
    expect((await send('events', CLOUD_EVENT, type)).status).toBe(202);
    expect((await send('events', [CLOUD_EVENT, { ...CLOUD_EVENT, subject: 's1' }], type)).body.accepted).toBe(2);
    const binary = { 'ce-specversion': '1.0', 'ce-id': 'b-1', 'ce-source': '/s', 'ce-time': '2026-11-28T12:00:00Z' };
    expect((await send('events', { level: 8 }, { ...binary, 'content-type': 'application/json' })).status).toBe(202);
    expect(gateway.events.map(({ device_id, record_id }) => [device_id, record_id])).toEqual([
      [CLOUD_EVENT.source, CLOUD_EVENT.id],
      [CLOUD_EVENT.source, CLOUD_EVENT.id],
      ['s1', CLOUD_EVENT.id],
      ['/s', 'b-1'],
    ]);
  });

  it('POST /ingest/from/{source} resolves SenML by RFC 8428', async () => {
    const pack = [
      { bn: 'urn:dev:ow:10e2073a0108006:', bt: 1795867200, bu: 'A', n: 'voltage', u: 'V', v: 120.1 },
      { n: 'current', v: 1.2 },
      { n: 'current', t: -5, v: 1.3 },
    ];
    expect((await send('senml', pack, { 'content-type': 'application/senml+json' })).body.accepted).toBe(2);
    expect(
      gateway.events.map(({ device_id, timestamp, data_payload }) => [device_id, timestamp, data_payload]),
    ).toEqual([
      [
        'urn:dev:ow:10e2073a0108006',
        '2026-11-28T12:00:00Z',
        { voltage: { v: 120.1, u: 'V' }, current: { v: 1.2, u: 'A' } },
      ],
      ['urn:dev:ow:10e2073a0108006', '2026-11-28T11:59:55Z', { current: { v: 1.3, u: 'A' } }],
    ]);
  });

  it('POST /ingest/from/{source} reads items with pointers into the item and into the whole body', async () => {
    const body = {
      type: 'report',
      at: 1795867200,
      stations: [
        { no: 1, seq: 'a', values: { t: 1 } },
        { no: 2, seq: 'b' },
      ],
    };
    const { status, body: answer } = await send('plc', body, { 'x-line': '7' }, 'PUT');
    expect([status, answer.accepted, answer.rejected]).toEqual([207, 1, 1]);
    expect(answer.results[1].problem.errors[0]).toMatchObject({ pointer: '/1/values', code: 'required' });
    expect(gateway.events[0]).toMatchObject({
      device_id: 'press-1',
      record_id: 'a',
      timestamp: '2026-11-28T12:00:00Z',
    });
    expect((await send('plc', body, { 'x-line': '8' })).body).toEqual({ status: 'ignored' });
  });

  it('POST /ingest/from/{source} makes one record of a repeat', async () => {
    const ids = [await send('tts', TTS_UPLINK), await send('tts', TTS_UPLINK)].map(({ body }) => body.record_id);
    expect(ids[0]).toMatch(/^[0-9a-f]{40}$/);
    expect(ids[1]).toBe(ids[0]);
    const other = await send('tts', { ...TTS_UPLINK, received_at: '2026-11-28T12:00:01Z' });
    expect(other.body.record_id).not.toBe(ids[0]);
  });

  it('POST /ingest/from/{source} names the pointer that finds nothing in a body', async () => {
    const { status, body } = await send('lora?event=up', { time: CHIRPSTACK_UP.time });
    expect([status, body.errors[0]]).toEqual([
      422,
      expect.objectContaining({ pointer: '/deviceInfo/devEui', code: 'required' }),
    ]);
  });

  it('POST /ingest/from/{source} keeps the digits of large numbers, and refuses numbers that would change', async () => {
    const body = `{"specversion":"1.0","source":"s","id":"1","time":"2026-11-28T12:00:00Z","data":{"n":1490745150008486243}}`;
    const post = (text: string) => fetch(`${gateway.url}/ingest/from/events`, { method: 'POST', body: text });
    expect((await post(body)).status).toBe(202);
    expect(gateway.events[0]!.data_payload).toEqual({ n: 1490745150008486243n });
    expect((await post(body.replace('243}', '24300}'))).status).toBe(422);
    expect((await post(body.replace('"n"', '"n":1,"n"'))).status).toBe(422);
    expect(await post('{"specversion":')).toMatchObject({ status: 400 });
    expect(await post('['.repeat(200))).toMatchObject({ status: 413 });
  });

  it('POST /ingest/from/{source} reads NaN as null where the settings say so', async () => {
    const body = '{"specversion":"1.0","source":"s","id":"1","time":"2026-11-28T12:00:00Z","data":{"n":NaN}}';
    const post = () => fetch(`${gateway.url}/ingest/from/events`, { method: 'POST', body });
    expect((await post()).status).toBe(400);
    await gateway.stop();
    gateway = await GatewayUnderTest.start({ sourcesFile: file, jsonNan: 'null' });
    expect((await post()).status).toBe(202);
    expect(gateway.events[0]!.data_payload).toEqual({ n: null });
  });

  it('POST /ingest/from/{source} answers 404 for a source that does not exist', async () => {
    expect(await send('none', {})).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await send('constructor', {})).toMatchObject({ status: 404 });
  });
});

describe('GET /ingest/from/{source}', () => {
  it('GET /ingest/from/{source} reads the query string as the body', async () => {
    expect((await send('shelly?kind=ht&device=sht-1&temp=21.5&hum=40', undefined, {}, 'GET')).status).toBe(202);
    const [event] = gateway.events;
    expect(event).toMatchObject({ device_id: 'sht-1', data_payload: { temp: '21.5', hum: '40' } });
    expect(event).toMatchObject({ timestamp: event!.received_at, timestamp_source: 'received' });
  });

  it('GET /ingest/from/{source} is refused from a page of another origin, and a HEAD sends nothing', async () => {
    const path = 'shelly?kind=ht&device=sht-1&temp=1';
    expect((await send(path, undefined, { 'sec-fetch-site': 'cross-site' }, 'GET')).status).toBe(403);
    expect((await send(path, undefined, {}, 'HEAD')).status).toBe(405);
    expect(gateway.events).toEqual([]);
  });
});

describe('OPTIONS /ingest/from/{source}', () => {
  it('OPTIONS /ingest/from/{source} answers the handshake of CloudEvents', async () => {
    const origin = { 'webhook-request-origin': 'eventgrid.example' };
    const { status, headers } = await send('events', undefined, origin, 'OPTIONS');
    expect([status, headers.get('webhook-allowed-origin'), headers.get('webhook-allowed-rate')]).toEqual([
      200,
      'eventgrid.example',
      '*',
    ]);
    expect((await send('tts', undefined, origin, 'OPTIONS')).status).toBe(405);
    expect((await send('events', undefined, {}, 'OPTIONS')).status).toBe(405);
  });
});

describe('SOURCES_FILE', () => {
  it('SOURCES_FILE is read again when it changes, and the last valid sources stay active', async () => {
    writeFileSync(file, '{"tts":{"preset":"unknown"}}');
    await until(() => gateway.logLines.some(({ msg }) => String(msg).includes('the last sources stay')));
    expect((await send('tts', TTS_UPLINK)).status).toBe(202);
    writeFileSync(file, JSON.stringify({ other: { preset: 'cloudevents' } }));
    await until(async () => (await send('tts', TTS_UPLINK)).status === 404);
    expect((await send('other', CLOUD_EVENT)).status).toBe(202);
  });

  it.each([
    ['not json', /not JSON/],
    ['[]', /must be a JSON object/],
    ['{"a b":{"preset":"senml"}}', /source "a b": its name/],
    ['{"a":{"preset":"x"}}', /source "a", preset: it must be one of the-things-stack, chirpstack, cloudevents, senml/],
    ['{"a":{}}', /source "a", device_id: it is missing/],
    ['{"a":{"device_id":"no pointer"}}', /source "a", device_id: a place is a JSON Pointer/],
    ['{"a":{"device_id":"/a","paylod":"/b"}}', /source "a", paylod: it is not known/],
    ['{"a":{"preset":"senml","prefix":"x"}}', /source "a", prefix: this preset takes nothing/],
    ['{"a":{"preset":"senml"},"a":{"preset":"senml"}}', /is there twice/],
  ])('SOURCES_FILE stops the start when it is invalid: %s', async (text, message) => {
    writeFileSync(file, text);
    await expect(GatewayUnderTest.start({ sourcesFile: file })).rejects.toThrow(message);
  });
});
