import { afterEach, describe, expect, it } from '@jest/globals';
import type { Problem } from '@sluice/contracts';
import type { EndpointDirectoryDto } from '@sluice/contracts/dto';
import { bearer, TokenDirectory } from '@sluice/operator/testing';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';
import { exchange } from '../testing/raw-socket.js';

let gateway: GatewayUnderTest;
afterEach(() => gateway.stop());

const THREE = 'http://a:8000, http://b:8000 draining, http://c:8000 weight=2';

async function get(query: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${gateway.url}/endpoints${query}`, { headers });
  const text = await response.text();
  const body = (text === '' ? undefined : JSON.parse(text)) as EndpointDirectoryDto & Problem;
  return { status: response.status, headers: response.headers, body };
}

/** As a device does that calls the gateway by this name. */
async function getAt(host: string, method = 'GET /endpoints?device_id=dev-2', more = ''): Promise<string> {
  return exchange(gateway.url, `${method} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${more}\r\n`);
}

const drainingIn = (answer: string): string[] =>
  (JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as EndpointDirectoryDto).endpoints
    .filter(({ draining }) => draining)
    .map(({ url }) => url)
    .sort();

describe('GET /endpoints', () => {
  it('GET /endpoints lists every endpoint in the order of the device, with the draining ones marked and the time to live', async () => {
    gateway = await GatewayUnderTest.start({ endpoints: THREE, endpointsTtlSeconds: 30 });
    const { status, headers, body } = await get('?device_id=dev-2');
    expect([status, headers.get('cache-control')]).toEqual([200, 'private, max-age=30']);
    expect(body).toMatchObject({ device_id: 'dev-2', ttl_seconds: 30, version: expect.any(String) });
    expect(body.endpoints.toSorted((a, b) => (a.url < b.url ? -1 : 1))).toEqual([
      { url: 'http://a:8000', draining: false },
      { url: 'http://b:8000', draining: true },
      { url: 'http://c:8000', draining: false },
    ]);
  });

  it('GET /endpoints is the same from every gateway', async () => {
    gateway = await GatewayUnderTest.start({ endpoints: THREE });
    const first = await get('?device_id=lab-7:scale');
    await gateway.stop();
    gateway = await GatewayUnderTest.start({ endpoints: THREE });
    const second = await get('?device_id=lab-7:scale');
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
  });

  it('GET /endpoints puts the endpoints that a device is assigned to before all others', async () => {
    gateway = await GatewayUnderTest.start({ endpoints: `${THREE}, lab-7:* -> http://b:8000` });
    expect((await get('?device_id=lab-7:scale')).body.endpoints[0]!.url).toBe('http://b:8000');
  });

  it.each(['%s', 'W/%s', '"other", %s', '*'])(
    'GET /endpoints answers 304 while nothing has changed: If-None-Match: %s',
    async (form) => {
      gateway = await GatewayUnderTest.start({ endpoints: THREE });
      const etag = (await get('?device_id=dev-2')).headers.get('etag')!;
      const again = await get('?device_id=dev-2', { 'if-none-match': form.replace('%s', etag) });
      expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, undefined, etag]);
      expect((await get('?device_id=dev-2', { 'if-none-match': '"other"' })).status).toBe(200);
    },
  );

  it('GET /endpoints has an empty list if none is configured, so that a device stays at its address', async () => {
    gateway = await GatewayUnderTest.start();
    const { status, body } = await get('?device_id=dev-2');
    expect([status, body]).toEqual([200, { version: 'none', device_id: 'dev-2', endpoints: [], ttl_seconds: 60 }]);
  });

  it.each([
    ['', 'required'],
    ['?device_id=', 'length'],
    ['?device_id=a%2Ab', 'pattern'],
    ['?device_id=dev-1&device_id=dev-2', 'repeated-parameter'],
    ['?device_id=dev-1&x=1', 'unknown-parameter'],
  ])('GET /endpoints refuses "%s" with a pointer', async (query, code) => {
    gateway = await GatewayUnderTest.start({ endpoints: THREE });
    const { status, body } = await get(query);
    expect([status, body.code]).toEqual([400, 'invalid-parameter']);
    expect(body.errors).toContainEqual(
      expect.objectContaining({ pointer: query.endsWith('x=1') ? '?x' : '?device_id', code }),
    );
  });

  it('GET /endpoints answers HEAD, and other methods get 405', async () => {
    gateway = await GatewayUnderTest.start();
    const head = await fetch(`${gateway.url}/endpoints?device_id=dev-2`, { method: 'HEAD' });
    const post = await fetch(`${gateway.url}/endpoints`, { method: 'POST' });
    expect([head.status, post.status, post.headers.get('allow')]).toEqual([200, 405, 'GET, HEAD']);
  });
});

describe('GET /endpoints with AUTH=tokens', () => {
  const directory = new TokenDirectory();
  afterEach(() => directory.remove());

  it('GET /endpoints with AUTH=tokens answers clients that may send for the device, and no others', async () => {
    const [device, lab, reader] = [
      await directory.create('--device dev-2'),
      await directory.create('--pattern lab-7:*'),
      await directory.create('--reader'),
    ];
    gateway = await GatewayUnderTest.start({ ...directory.options, endpoints: THREE });
    await gateway.gate.feed!.refresh();
    const statusFor = async (deviceId: string, headers: Record<string, string>) =>
      (await get(`?device_id=${deviceId}`, headers)).status;
    expect(await statusFor('dev-2', bearer(device))).toBe(200);
    expect(await statusFor('lab-7:scale', bearer(lab))).toBe(200);
    expect(await statusFor('dev-3', bearer(device))).toBe(403);
    expect(await statusFor('dev-2', bearer(reader))).toBe(403);
    expect(await statusFor('dev-2', {})).toBe(401);
  });
});

describe('A gateway that has received SIGTERM', () => {
  it('A gateway that has received SIGTERM reports itself as draining to clients that use its name, and accepts records meanwhile', async () => {
    gateway = await GatewayUnderTest.start({ endpoints: THREE });
    expect(drainingIn(await getAt('a:8000'))).toEqual(['http://b:8000']);
    gateway.lifecycle.draining();
    expect(drainingIn(await getAt('a:8000'))).toEqual(['http://a:8000', 'http://b:8000']);
    expect(drainingIn(await getAt('A:8000'))).toEqual(['http://a:8000', 'http://b:8000']);
    expect(drainingIn(await getAt('elsewhere'))).toEqual(['http://b:8000']);
    expect((await gateway.post(SEED_RECORD)).status).toBe(202);
  });

  it('A gateway announces in the answers to records that it drains, whether by the file or because of a SIGTERM', async () => {
    gateway = await GatewayUnderTest.start({ endpoints: THREE });
    const hintAt = async (host: string) =>
      /^endpoint-draining: (.*)\r$/im.exec(await getAt(host, 'POST /ingest', 'Content-Length: 0\r\n'))?.[1];
    expect([await hintAt('a:8000'), await hintAt('b:8000')]).toEqual([undefined, 'true']);
    gateway.lifecycle.draining();
    expect([await hintAt('A:8000'), await hintAt('elsewhere')]).toEqual(['true', undefined]);
  });

  it('A gateway that has received SIGTERM changes version and ETag, so that devices notice the new list', async () => {
    gateway = await GatewayUnderTest.start({ endpoints: THREE });
    const etagAt = async (host: string) => /^etag: (.*)\r$/im.exec(await getAt(host))?.[1];
    const before = await etagAt('a:8000');
    gateway.lifecycle.draining();
    const after = await etagAt('a:8000');
    expect(after).not.toBe(before);
    expect([await etagAt('a:8000'), await etagAt('elsewhere')]).toEqual([after, before]);
  });
});
