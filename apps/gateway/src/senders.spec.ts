import { afterEach, describe, expect, it } from '@jest/globals';
import { TokenDirectory } from '@sluice/operator/testing';
import { GatewayUnderTest, SEED_RECORD } from './testing/gateway-under-test.js';

let gateway: GatewayUnderTest;
afterEach(() => gateway.stop());

const record = (fields: string) => `{"device_id":"d",${fields},"data_payload":{}}`;
const payload = (text: string) => `{"device_id":"d","timestamp":"2026-11-28T12:00:00Z","data_payload":${text}}`;
const published = () => gateway.publisher.records.map(({ value }) => value!.toString());

describe('A usual record', () => {
  it.each([
    ['{"v":9.9E37}', '"data_payload":{"v":"9.9e+37"},"number_texts":{"v":true}'],
    ['{"v":-3.4028235e38}', '"data_payload":{"v":"-3.4028235e+38"},"number_texts":{"v":true}'],
    ['{"t":1490745150008486243}', '"data_payload":{"t":"1490745150008486243"},"number_texts":{"t":true}'],
    ['{"t":[18446744073709551615,1]}', '"data_payload":{"t":["18446744073709551615",1]},"number_texts":{"t":true}'],
    ['{"a\\u0062":9007199254740993}', '"data_payload":{"ab":"9007199254740993"},"number_texts":{"ab":true}'],
    ['{"v":7e-06}', '"data_payload":{"v":0.000007}}'],
  ])('A usual record is accepted with its numbers: %s', async (text, event) => {
    gateway = await GatewayUnderTest.start();
    expect((await gateway.post(payload(text))).status).toBe(202);
    expect((await gateway.post(`[${payload(text)}]`, { 'idempotency-key': '' })).status).not.toBe(500);
    expect(published()[0]).toContain(event);
  });

  it.each(['{"v":1e400}', '{"v":1e-400}', '{"v":18446744073709551616}', '{"v":-9223372036854775809}'])(
    'A usual record is refused with a pointer to a number that would change: %s',
    async (text) => {
      gateway = await GatewayUnderTest.start();
      const { status, body } = await gateway.post(payload(text));
      expect([status, body.errors]).toEqual([
        422,
        [expect.objectContaining({ pointer: '/data_payload/v', code: 'payload-number' })],
      ]);
    },
  );

  it('A usual record that is read exactly keeps the key of the header', async () => {
    gateway = await GatewayUnderTest.start();
    const { body } = await gateway.post(payload('{"t":1490745150008486243}'), { 'idempotency-key': 'k-1' });
    expect(body.record_id).toBe('k-1');
  });

  it.each([
    ['"timestamp":1795867200', '2026-11-28T12:00:00Z', '1795867200'],
    ['"timestamp":1795867200000', '2026-11-28T12:00:00.000Z', '1795867200000'],
    ['"timestamp":1795867200000000042', '2026-11-28T12:00:00.000000042Z', '1795867200000000042'],
    ['"timestamp":1795867200.123456789', '2026-11-28T12:00:00.123456789Z', '1795867200.123456789'],
    ['"timestamp":"1795867200.5"', '2026-11-28T12:00:00.5Z', '1795867200.5'],
    ['"timestamp":"2026-11-28 12:00:00+0100"', '2026-11-28T12:00:00+01:00', '2026-11-28 12:00:00+0100'],
    ['"timestamp":"2026-11-28_12:00:00z"', '2026-11-28T12:00:00Z', '2026-11-28_12:00:00z'],
  ])('A usual record is accepted with the time %s', async (field, timestamp, sent) => {
    gateway = await GatewayUnderTest.start();
    expect((await gateway.post(record(field))).status).toBe(202);
    expect(gateway.events[0]).toMatchObject({ timestamp, timestamp_sent: sent, timestamp_source: 'device' });
  });

  it('A usual record with an invalid time is refused with the reason', async () => {
    gateway = await GatewayUnderTest.start();
    const detailOf = async (field: string) => (await gateway.post(record(field))).body.errors![0]!.detail;
    expect(await detailOf('"record_id":"r"')).toMatch(/missing.*MISSING_TIMESTAMP/);
    expect(await detailOf('"timestamp":"2026-11-28T12:00:00"')).toMatch(/no zone.*SITE_TIMEZONE/);
    expect(await detailOf('"timestamp":"2026-11-28T12:00:00+01"')).toMatch(/without minutes/);
  });

  it('A usual record is accepted without a time, or without a zone, if the settings allow it', async () => {
    gateway = await GatewayUnderTest.start({ missingTimestamp: 'received', siteTimezone: 'Europe/Paris' });
    await gateway.post(record('"record_id":"r"'));
    await gateway.post(record('"timestamp":"2026-11-28T12:00:00"'));
    const [clockless, local] = gateway.events;
    expect(clockless).toEqual(
      expect.objectContaining({ timestamp: clockless!.received_at, timestamp_source: 'received' }),
    );
    expect(local).toMatchObject({ timestamp: '2026-11-28T12:00:00+01:00', timestamp_source: 'site_timezone' });
    const gap = await gateway.post(record('"timestamp":"2026-03-29 02:30:00"'));
    expect([gap.status, gap.body.errors![0]!.code]).toEqual([422, 'timestamp']);
  });

  it('A usual record is accepted with NaN if the settings allow it', async () => {
    gateway = await GatewayUnderTest.start({ jsonNan: 'null' });
    expect((await gateway.post(payload('{"a":NaN,"b":-Infinity,"c":"NaN"}'))).status).toBe(202);
    expect(gateway.events[0]!.data_payload).toEqual({ a: null, b: null, c: 'NaN' });
  });

  it('A usual record may be larger and deeper if the settings allow it', async () => {
    gateway = await GatewayUnderTest.start({ maxPayloadBytes: 400_000, maxPayloadDepth: 100 });
    const deep = `${'{"a":'.repeat(99)}{}${'}'.repeat(99)}`;
    expect((await gateway.post(payload(deep))).status).toBe(202);
    expect((await gateway.post(payload(`{"a":"${'x'.repeat(300_000)}"}`))).status).toBe(202);
    const { body } = await gateway.post(payload(`{"a":"${'x'.repeat(500_000)}"}`));
    expect(body.errors![0]).toMatchObject({ code: 'payload-size', detail: expect.stringContaining('400000') });
  });

  it('A usual record is also accepted at /ingest/', async () => {
    gateway = await GatewayUnderTest.start();
    const init = { method: 'POST', body: JSON.stringify(SEED_RECORD) };
    expect((await fetch(`${gateway.url}/ingest/`, init)).status).toBe(202);
    expect((await fetch(`${gateway.url}/ingest/?a=1`, init)).status).toBe(202);
    expect((await fetch(`${gateway.url}/ingest/x`, init)).status).toBe(404);
  });
});

describe('A token', () => {
  it.each([
    ['Bearer', (token: string) => ({ authorization: `Bearer ${token}` })],
    ['the password of Basic', (token: string) => ({ authorization: `Basic ${btoa(`any:${token}`)}` })],
    ['X-API-Key', (token: string) => ({ 'x-api-key': token })],
  ])('A token is accepted as %s', async (_, headersOf) => {
    const directory = new TokenDirectory();
    gateway = await GatewayUnderTest.start({ ...directory.options });
    const text = await directory.create(`--device ${SEED_RECORD.device_id}`);
    await gateway.gate.feed!.refresh();
    expect((await gateway.post(SEED_RECORD, headersOf(text))).status).toBe(202);
    expect((await gateway.post(SEED_RECORD, headersOf(`${text}x`))).status).toBe(401);
    expect((await gateway.post(SEED_RECORD, headersOf('none'))).status).toBe(401);
    directory.remove();
  });
});
