import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openTokenStore } from '@sluice/engines';
import { bearer, idOf, TokenDirectory } from '@sluice/operator/testing';
import { FakeQuery } from '../testing/fake-query.js';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';

const directory = new TokenDirectory();
const query = new FakeQuery();
let gateway: GatewayUnderTest;
let [device, pattern, reader, both]: string[] = [];

beforeAll(async () => {
  await query.start();
  device = await directory.create('--device dev-2');
  pattern = await directory.create('--pattern lab-7:*');
  reader = await directory.create('--reader');
  both = await directory.create('--device dev-2 --scope ingest --scope read');
  gateway = await GatewayUnderTest.start({ ...directory.options, queryUrl: query.url });
  await gateway.gate.feed!.refresh();
});
beforeEach(() => {
  gateway.publisher.records.length = 0;
  query.asked.length = 0;
});
afterAll(async () => {
  await gateway.stop();
  query.stop();
  directory.remove();
});

const recordOf = (device_id: string) => ({ ...SEED_RECORD, device_id });
const read = (path: string, token?: string) =>
  fetch(gateway.url + path, { headers: token === undefined ? {} : bearer(token) });

describe('A record with AUTH=tokens', () => {
  it.each([
    ['of the device of the token', () => device, 'dev-2'],
    ['of a device that fits its pattern', () => pattern, 'lab-7:scale'],
  ])('With AUTH=tokens, a record %s is accepted', async (_, token, deviceId) => {
    const { status } = await gateway.post(recordOf(deviceId), bearer(token()!));
    expect(status).toBe(202);
    expect(gateway.events.map(({ device_id }) => device_id)).toEqual([deviceId]);
  });

  it.each([
    ['without a token', {}, /Send a token as "Authorization: Bearer sluice_/],
    ['with no token of ours', { authorization: 'Basic dXNlcjpwYXNz' }, /are not a token of this gateway/],
    ['with a mistyped token', bearer(`sluice_0123456789ab_${'0'.repeat(40)}_6ea1fb2e`), /checksum does not match/],
  ])('With AUTH=tokens, a record %s is answered 401 with what to do', async (_, headers, detail) => {
    const { status, headers: answered, body } = await gateway.post(SEED_RECORD, headers);
    expect([status, body.code]).toEqual([401, 'unauthorized']);
    expect(body.detail).toMatch(detail);
    expect(answered.get('www-authenticate')).toBe('Bearer');
    expect(answered.get('content-type')).toBe('application/problem+json');
    expect(gateway.publisher.records).toEqual([]);
  });

  it('With AUTH=tokens, a record with a mistyped token gets another detail than one with an unknown token', async () => {
    const last = device!.at(-1) === '0' ? '1' : '0';
    const mistyped = await gateway.post(SEED_RECORD, bearer(device!.slice(0, -1) + last));
    const other = new TokenDirectory();
    const unknown = await gateway.post(SEED_RECORD, bearer(await other.create('--device dev-2')));
    other.remove();
    expect([mistyped.status, unknown.status]).toEqual([401, 401]);
    expect(mistyped.body.detail).toMatch(/its checksum does not match/);
    expect(unknown.body.detail).toMatch(/The token is unknown/);
  });

  it('With AUTH=tokens, a record of another device is answered 403', async () => {
    const { status, headers, body } = await gateway.post(recordOf('dev-3'), bearer(device!));
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect(body.detail).toBe('This token (device dev-2) may not send for dev-3; use the one of that device.');
    expect(body.errors![0]!.pointer).toBe('/device_id');
    expect(headers.has('www-authenticate')).toBe(false);
    expect(gateway.publisher.records).toEqual([]);
  });

  it('With AUTH=tokens, a record with the token of readers is answered 403', async () => {
    const { status, body } = await gateway.post(SEED_RECORD, bearer(reader!));
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect(body.detail).toMatch(/may read but not send/);
  });

  it('With AUTH=tokens, an invalid record is answered as without tokens, because its device is unknown', async () => {
    const { status, body } = await gateway.post({ ...recordOf('dev-3'), timestamp: 'yesterday' }, bearer(device!));
    expect([status, body.code]).toEqual([422, 'invalid-record']);
  });
});

describe('A batch with AUTH=tokens', () => {
  it('With AUTH=tokens, a batch gives records of other devices their own result, and the others are accepted', async () => {
    const { status, body } = await gateway.post(['dev-2', 'dev-3', 'dev-2'].map(recordOf), bearer(device!));
    expect(status).toBe(207);
    expect(body).toMatchObject({ accepted: 2, rejected: 1 });
    expect(body.results[1]).toMatchObject({
      status: 'rejected',
      problem: { code: 'forbidden', status: 403, errors: [{ pointer: '/1/device_id', code: 'forbidden' }] },
    });
    expect(gateway.events.map(({ device_id }) => device_id)).toEqual(['dev-2', 'dev-2']);
  });

  it('With AUTH=tokens, a batch of which no record is the sender’s is answered 403', async () => {
    const { status, body } = await gateway.post(['dev-3', 'lab-7'].map(recordOf), bearer(pattern!));
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect(body.errors!.map(({ pointer }) => pointer)).toEqual(['/0/device_id', '/1/device_id']);
  });
});

describe('A read with AUTH=tokens', () => {
  it.each(['/records', '/check-buffer', '/records/dev-2/r-1', '/records?device_id=dev-9'])(
    'With AUTH=tokens, a read %s is for readers',
    async (path) => {
      expect((await read(path, reader)).status).toBe(200);
      expect((await read(path, device)).status).toBe(403);
      expect((await read(path)).status).toBe(401);
      expect(query.asked.map(({ url }) => url)).toEqual([path]);
      expect(query.asked[0]!.headers).not.toHaveProperty('authorization');
    },
  );

  it.each([
    ['/records?device_id=dev-2', 200],
    ['/check-buffer?device_id=dev-2', 200],
    ['/records/dev-2/r-1', 200],
    ['/records', 403],
    ['/records?device_id=dev-3', 403],
    ['/records?device_id=dev-2&device_id=dev-3', 403],
    ['/records?device_id[$ne]=dev-3', 403],
    ['/records/dev-3/r-1', 403],
    ['/records/dev-3/r-1?device_id=dev-2', 403],
    ['/records/dev%2D3/r-1', 403],
    ['/records?device%5Fid=dev-3', 403],
    ['/status/events?device_id=dev-2', 403],
    ['/metrics?device_id=dev-2', 403],
    ['/nowhere?device_id=dev-2', 403],
  ])('With AUTH=tokens, a read %s with the token of dev-2 is answered %d', async (path, status) => {
    expect((await read(path, both)).status).toBe(status);
    expect(query.asked).toHaveLength(status === 200 ? 1 : 0);
  });

  it.each(['/metrics', '/nowhere', '/ingest', '//ingest', '/records/..%2f..'])(
    'With AUTH=tokens, a read %s is also for readers',
    async (path) => {
      expect((await read(path)).status).toBe(401);
      expect((await read(path, reader)).status).not.toBe(401);
    },
  );
});

describe('The tokens of a gateway', () => {
  it('The tokens of a gateway are added, rotated and revoked while it runs', async () => {
    const status = async (token: string) => (await gateway.post(recordOf('dev-5'), bearer(token))).status;
    const first = await directory.create('--device dev-5');
    expect(await status(first)).toBe(401);
    await gateway.gate.feed!.refresh();
    expect(await status(first)).toBe(202);
    const second = (await directory.run(`rotate ${idOf(first)}`)).out;
    await gateway.gate.feed!.refresh();
    expect([await status(first), await status(second)]).toEqual([202, 202]);
    await directory.run(`revoke ${idOf(first)}`);
    await gateway.gate.feed!.refresh();
    expect([await status(first), await status(second)]).toEqual([401, 401]);
  });

  it('The tokens of a gateway lose their old secret when the grace period is over', async () => {
    const first = await directory.create('--device dev-6');
    await directory.run(`rotate ${idOf(first)} --grace 0s`);
    await gateway.gate.feed!.refresh();
    expect((await gateway.post(recordOf('dev-6'), bearer(first))).status).toBe(401);
  });

  it('The tokens of a gateway never show up in a log line, an answer or a metric', async () => {
    const sent = [device!, reader!, `${device!.slice(0, -1)}x`, 'sluice_secret'];
    const answers: unknown[] = [];
    for (const token of sent) {
      answers.push((await gateway.post(recordOf('dev-3'), bearer(token))).body);
      answers.push(await (await read('/records?limit=x', token)).text());
    }
    const metrics = await (await read('/metrics', reader)).text();
    const seen = JSON.stringify([answers, gateway.logLines]) + metrics;
    for (const token of sent) expect(seen).not.toContain(token.split('_')[2] ?? 'secret');
    expect(gateway.logLines.length).toBeGreaterThan(0);
    expect(seen).not.toContain('sluice_secret');
  });

  it('The tokens of a gateway of an unknown version grant no access, and the log reports it', async () => {
    const store = await openTokenStore({ url: directory.url, clientId: 'suite', timeoutMs: 1_000 });
    await store.put({ id: 'ffffffffffff', version: 1, content: { holder: { kind: 'planet' } } });
    await store.close();
    await gateway.gate.feed!.refresh();
    expect(gateway.logLines.some(({ msg }) => msg === 'tokens of another version grant no access')).toBe(true);
    expect((await gateway.post(SEED_RECORD, bearer(device!))).status).toBe(202);
  });
});
