import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpClient, ROOT, Standalone, storedRecords, until } from '@sluice/test-kit';
import { block, inline, sentTo, setting, sourcesFile } from './senders/guide.js';
import { curl, python, run } from './senders/programs.js';

const NOON = '2026-11-28T12:00:00Z';
const NOON_NS = '1795867200000000042';

let folder: string;
let sluice: Standalone;
let client: HttpClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-senders-'));
  const file = join(folder, 'sources.json');
  await writeFile(file, sourcesFile());
  sluice = await Standalone.start({
    SOURCES_FILE: file,
    SITE_TIMEZONE: setting('A PLC with an HTTP block', 'SITE_TIMEZONE'),
    MISSING_TIMESTAMP: setting('A device without a clock', 'MISSING_TIMESTAMP'),
  });
  client = new HttpClient(sluice.baseUrl);
});
afterAll(async () => {
  await sluice?.dispose();
  await rm(folder, { recursive: true });
});

const here = (text: string): string => sentTo(sluice.baseUrl, text);

/** @returns the records of a device, once it has as many */
const stored = (deviceId: string, count = 1) =>
  until(`${deviceId} has ${count} records`, async () => {
    const records = await storedRecords(client, deviceId);
    return records.length >= count ? records : undefined;
  });

/** Posts to an address of the page, and expects that it accepts. */
async function send(url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const type = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', body, headers: { ...type, ...headers } });
  expect([answer.status, await answer.text()]).toEqual([202, expect.anything()]);
}

const sendJson = (url: string, value: unknown) => send(url, JSON.stringify(value));

describe('Programs that send as docs/guides/senders.md shows', () => {
  it('The recipe for curl sends a record', async () => {
    await curl(here(block('curl', 'sh')));
    expect(await stored('dev-2')).toMatchObject([{ timestamp: NOON, data_payload: { temp: 21.5 } }]);
  });

  it('The recipe for Python requests sends a record', async () => {
    const record = { device_id: 'python-1', timestamp: NOON, data_payload: { room: 'Küche', temp: 7e-6 } };
    const program = `import json, requests, sys\nrecord = json.load(sys.stdin)\n${here(block('Python requests', 'python'))}`;
    await python(['-c', program], { input: JSON.stringify(record) });
    expect(await stored('python-1')).toMatchObject([record]);
  });

  /** CPython and requests have the functions that the recipe uses, under the other names. */
  it('The recipe for MicroPython sends a record in UTF-8', async () => {
    const record = { device_id: 'esp-1', timestamp: NOON, data_payload: { unit: '°C', temp: 21.5 } };
    const names = 'import json as ujson, requests as urequests, sys\nrecord = ujson.load(sys.stdin)';
    const program = `${names}\n${here(block('MicroPython', 'python'))}assert status == 202, status`;
    await python(['-c', program], { input: JSON.stringify(record) });
    expect(await stored('esp-1')).toMatchObject([record]);
  });

  it('The recipe for Node-RED makes a record of a payload', async () => {
    const before = Date.now();
    const node = compileFunction(block('Node-RED', 'js'), ['msg']) as (msg: object) => { payload: unknown };
    const { payload } = node({ _msgid: '2f0c8c9d1b3a4e57', payload: { force: 17 } });
    await sendJson(here(inline('Node-RED', 'http:')), payload);
    const [record] = await stored('press-1');
    expect(record).toMatchObject({ record_id: '2f0c8c9d1b3a4e57', data_payload: { force: 17 } });
    expect(Date.parse(record!.timestamp)).toBeGreaterThanOrEqual(before);
  });

  it('The recipe for Home Assistant sends the value of an entity', async () => {
    const variables = JSON.stringify({ entity: 'sensor.kitchen', value: 21.5 });
    const args = [join(ROOT, 'test/senders/rest-command.py'), variables];
    const printed = await python(args, { input: block('Home Assistant', 'yaml') });
    const { url, method, content_type, payload, headers } = JSON.parse(printed);
    expect([method, headers]).toEqual(['POST', { 'X-API-Key': 'secret sluice_token' }]);
    await send(here(url), payload, { 'content-type': content_type });
    expect(await stored('sensor.kitchen')).toMatchObject([
      { timestamp: expect.stringMatching(/^2026-11-28T12:00:00/), data_payload: { value: 21.5 } },
    ]);
  });

  it('The recipe for Shelly sends the values in the address', async () => {
    const values: Record<string, string> = { 'ev.tC': '21.5', 'ev.id': '100' };
    const address = here(inline('Shelly', 'http:')).replaceAll(/\$\{(.*?)\}/g, (_, name: string) => values[name]!);
    await curl(`curl '${address}'`);
    expect(await stored('sht-1')).toMatchObject([{ data_payload: { temp: '21.5' }, timestamp_source: 'received' }]);
  });

  it('The recipe for a PLC sends a time without a zone', async () => {
    await curl(
      `curl ${sluice.baseUrl}/ingest -H 'Content-Type: text/json' -d '${block('A PLC with an HTTP block', 'json')}'`,
    );
    expect(await stored('Factory Floor/Line 1')).toMatchObject([
      { timestamp: '2026-11-28T12:00:00+01:00', timestamp_source: 'site_timezone', data_payload: { count: 17 } },
    ]);
  });

  it('The recipe for a device without a clock makes one record of a repeat', async () => {
    const record = { device_id: 'clockless-1', record_id: '17', data_payload: { n: 17 } };
    for (let time = 0; time < 2; time++) await sendJson(`${sluice.baseUrl}/ingest`, record);
    await sendJson(`${sluice.baseUrl}/ingest`, { ...record, device_id: 'clockless-2' });
    await stored('clockless-2');
    expect(await stored('clockless-1')).toMatchObject([{ ...record, timestamp_source: 'received' }]);
  });
});

describe('Messages that docs/guides/senders.md maps to records', () => {
  it('The recipe for Telegraf keeps nanoseconds, names and tags', async () => {
    const [, url] = /url = "(.*)"/.exec(block('Telegraf', 'toml'))!;
    const cpus = ['cpu0', 'cpu1'].map((cpu) => ({ fields: { usage: 1.5 }, name: 'cpu', tags: { cpu, host: 'h1' } }));
    const metrics = cpus.map((metric) => `${JSON.stringify(metric).slice(0, -1)},"timestamp":${NOON_NS}}`);
    const body = `{"metrics":[${metrics.join()}]}\n`;
    await send(here(url!), gzipSync(body), { 'content-type': 'text/plain; charset=utf-8', 'content-encoding': 'gzip' });
    const records = await stored('h1', 2);
    expect(records.map(({ data_payload }) => data_payload)).toEqual(expect.arrayContaining(cpus));
    for (const { timestamp, timestamp_sent } of records)
      expect([timestamp, timestamp_sent]).toEqual(['2026-11-28T12:00:00.000000042Z', NOON_NS]);
  });

  it('The recipe for Fluent Bit makes a record of each line', async () => {
    const ini = block('Fluent Bit', 'ini');
    const valueOf = (key: string) => new RegExp(`${key} +(\\S+)`).exec(ini)![1]!;
    const line = { [valueOf('json_date_key')]: '2026-11-28T12:00:00.000000Z', [valueOf('Record')]: 'h2' };
    const body = JSON.stringify(['a', 'b'].map((log) => ({ ...line, log })));
    await send(`${sluice.baseUrl}${valueOf('URI')}`, gzipSync(body), { 'content-encoding': 'gzip' });
    const logs = (await stored('h2', 2)).map(({ data_payload }) => data_payload['log']);
    expect(logs.sort()).toEqual(['a', 'b']);
  });

  it('The recipe for The Things Stack reads an uplink', async () => {
    const uplink_message = { received_at: NOON, decoded_payload: { level: 3 } };
    await sendJson(here(inline('The Things Stack', 'http:')), {
      end_device_ids: { device_id: 'tts-1' },
      uplink_message,
    });
    expect(await stored('tts-1')).toMatchObject([{ timestamp: NOON, data_payload: { level: 3 } }]);
  });

  it('The recipe for ChirpStack reads an uplink', async () => {
    const uplink = { deduplicationId: 'd-1', time: NOON, deviceInfo: { devEui: '01' }, object: { temp: 20.1 } };
    await sendJson(`${here(inline('ChirpStack', 'http:'))}?event=up`, uplink);
    expect(await stored('lora:01')).toMatchObject([
      { record_id: 'd-1', timestamp: NOON, data_payload: { temp: 20.1 } },
    ]);
  });

  it('The recipe for CloudEvents answers the handshake, and reads events in the body and in headers', async () => {
    const address = `${sluice.baseUrl}${inline('CloudEvents, Azure Event Grid', '/ingest')}`;
    const answer = await curl(`curl -i -X OPTIONS ${address} -H 'WebHook-Request-Origin: events.example'`);
    expect(answer).toMatch(/^HTTP\/1.1 200 .*^webhook-allowed-origin: events.example\r$/ms);
    const event = { specversion: '1.0', type: 't', source: '/tank', id: 'e-1', time: NOON, data: { level: 7 } };
    await send(address, JSON.stringify(event), { 'content-type': 'application/cloudevents+json' });
    await send(address, '{"level":8}', {
      'ce-specversion': '1.0',
      'ce-id': 'e-2',
      'ce-source': '/pump',
      'ce-time': NOON,
    });
    expect(await stored('/tank')).toMatchObject([{ record_id: 'e-1', timestamp: NOON, data_payload: { level: 7 } }]);
    expect(await stored('/pump')).toMatchObject([{ record_id: 'e-2', data_payload: { level: 8 } }]);
  });

  it('The recipe for SenML resolves base values', async () => {
    const [name] = Object.keys(JSON.parse(block('SenML', 'json')) as object);
    const pack = [{ bn: 'urn:dev:ow:10e2:', bt: 1795867200, n: 'voltage', u: 'V', v: 120.1 }];
    await send(`${sluice.baseUrl}/ingest/from/${name}`, JSON.stringify(pack), {
      'content-type': 'application/senml+json',
    });
    expect(await stored('urn:dev:ow:10e2')).toMatchObject([{ data_payload: { voltage: { v: 120.1, u: 'V' } } }]);
  });
});

describe('The mapping that docs/guides/senders.md explains', () => {
  const body = { type: 'report', at: NOON, stations: [{ no: 7, seq: 's-1', values: [21.5] }] };
  const read = { device_id: 'press-7', record_id: 's-1', timestamp: NOON, data_payload: { temp: 21.5, load: 0 } };

  it('The mapping in the guide reads what matches, and ignores the rest', async () => {
    const address = `${sluice.baseUrl}/ingest/from/plc?site=north`;
    const ignored = await fetch(address, { method: 'POST', body: JSON.stringify(body) });
    expect([ignored.status, await ignored.json()]).toEqual([200, { status: 'ignored' }]);
    await send(address, JSON.stringify(body), { 'x-line': '7' });
    expect(await stored('press-7')).toMatchObject([read]);
  });

  it('The command of the guide shows what the mapping reads from a sample', async () => {
    await writeFile(join(folder, 'sample.json'), JSON.stringify(body));
    const [words, ...args] = block('A mapping', 'sh').trim().split(' -- ');
    expect(words).toBe('npm run sluice');
    const command = [join(ROOT, 'dist/apps/operator/main.js'), ...args.join(' ').split(' ')];
    expect(JSON.parse(await run(process.execPath, command, { cwd: folder }))).toEqual(read);
  });
});
