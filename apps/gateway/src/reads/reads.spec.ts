import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { FORWARDING_LIMITS } from '@sluice/http';
import { until } from '@sluice/test-kit';
import { FakeQuery } from '../testing/fake-query.js';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

let query: FakeQuery;
let gateway: GatewayUnderTest;

async function startGateway(queryUrl: string): Promise<void> {
  gateway = await GatewayUnderTest.start({ queryUrl });
}

beforeEach(async () => {
  query = new FakeQuery();
  await query.start();
});
afterEach(async () => {
  query.stop();
  await gateway.stop();
});

describe('A read', () => {
  beforeEach(() => startGateway(query.url));

  it.each([
    '/check-buffer?limit=5',
    '/records?from=2025-09-09T00%3A00%3A00Z&device_id=dev-2&&x=%20+%2B',
    '/records/dev-2/a%2Fb%20c?y=1',
  ])('A read is forwarded with its path and its query string untouched: %s', async (path) => {
    await fetch(gateway.url + path);
    expect(query.asked.map(({ method, url }) => [method, url])).toEqual([['GET', path]]);
  });

  it('A read comes back with the status, the type and the bytes of the query service', async () => {
    query.answer = (response) =>
      response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{"a": 1.0}');
    const response = await fetch(`${gateway.url}/records/dev-2/x`);
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    expect(await response.text()).toBe('{"a": 1.0}');
  });

  it('A read forwards only a few headers of the client, and returns no internal headers', async () => {
    const headers = {
      cookie: 'a=b',
      authorization: 'Bearer x',
      accept: 'application/json',
      'x-forwarded-for': '1.2.3.4',
    };
    const response = await fetch(`${gateway.url}/records`, { headers });
    const requestId = response.headers.get('x-request-id');
    expect(query.asked[0]!.headers).toEqual({
      host: new URL(query.url).host,
      connection: 'keep-alive',
      accept: 'application/json',
      'x-request-id': requestId,
    });
    expect(response.headers.has('server') || response.headers.has('set-cookie')).toBe(false);
  });

  it('A read waits for a slot, is refused if its client has too many reads, and delays no other client', async () => {
    await gateway.stop();
    gateway = await GatewayUnderTest.start({ queryUrl: query.url, trustedProxies: '127.0.0.1' });
    const readOf = (client: string) => fetch(`${gateway.url}/records`, { headers: { 'x-forwarded-for': client } });
    const held: ServerResponse[] = [];
    query.answer = (response) => held.push(response);
    const { maxReadsPerClient, maxUnderWayPerClient } = FORWARDING_LIMITS;
    const refused: Response[] = [];
    const reads = Array.from({ length: maxReadsPerClient + 4 }, async () => {
      const answer = await readOf('10.0.0.1');
      if (answer.status === 503) refused.push(answer);
      return answer.status;
    });
    await until(() => refused.length === 4 && held.length === maxUnderWayPerClient);
    expect(await refused[0]!.json()).toMatchObject({ code: 'overloaded', detail: expect.stringContaining('client') });
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    query.answer = (response) => response.end('{}');
    expect((await readOf('10.0.0.2')).status).toBe(200);
    for (const response of held) response.end('{}');
    expect((await Promise.all(reads)).filter((status) => status === 200)).toHaveLength(maxReadsPerClient);
    expect((await readOf('10.0.0.1')).status).toBe(200);
  });

  it('A read may be a HEAD', async () => {
    query.answer = (response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 14 }).end();
    const response = await fetch(`${gateway.url}/check-buffer`, { method: 'HEAD' });
    expect(query.asked[0]!.method).toBe('HEAD');
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '14']);
  });

  it.each([
    ['POST', '/records', 405],
    ['DELETE', '/records/dev-2/x', 405],
    ['GET', '/records/dev-2', 404],
    ['GET', '/health/live', 200],
    ['GET', '/check-buffer/../openapi.json', 404],
  ])('A request that is not a read never reaches the query service: %s %s', async (method, path, status) => {
    const response = await fetch(gateway.url + path, { method });
    expect(response.status).toBe(status);
    expect(query.asked).toEqual([]);
  });

  it.each(['/metrics', '/check-buffer/../metrics'])(
    'A read shows the metrics of the gateway itself: %s',
    async (path) => {
      expect((await fetch(gateway.url + path)).status).toBe(200);
      expect(query.asked).toEqual([]);
    },
  );

  it('A read breaks off when the query service breaks off, so that a partial answer does not look complete', async () => {
    query.answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
      response.write('{"records":', () => response.destroy());
    };
    const whole = fetch(`${gateway.url}/records`).then((response) => response.text());
    await expect(whole).rejects.toThrow();
    expect(gateway.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('A read is answered 503 when the query service is down', async () => {
    query.stop();
    const response = await fetch(`${gateway.url}/records`);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await response.json()).toMatchObject({ code: 'query-unavailable', instance: '/records' });
  });
});

it('Reads are not served if no query service is configured', async () => {
  await startGateway('');
  expect((await fetch(`${gateway.url}/records`)).status).toBe(404);
});

describe('A request of an operator', () => {
  beforeEach(() => startGateway(query.url));

  it('A request of an operator is forwarded with its body and its authenticated sender, whatever the client sends', async () => {
    const response = await fetch(`${gateway.url}/redrives?a=b`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-sluice-client': 'somebody else' },
      body: '{"plan_hash":"1"}',
    });
    expect(response.status).toBe(200);
    expect(query.asked[0]).toMatchObject({ method: 'POST', url: '/redrives?a=b', body: '{"plan_hash":"1"}' });
    expect(query.asked[0]!.headers).toMatchObject({
      'x-sluice-client': '127.0.0.1',
      'content-type': 'application/json',
    });
  });

  it('A request of an operator may use DELETE, and needs JSON if it has a body', async () => {
    expect((await fetch(`${gateway.url}/redrives/1`, { method: 'DELETE' })).status).toBe(200);
    expect(query.asked[0]).toMatchObject({ method: 'DELETE', url: '/redrives/1' });
    expect((await fetch(`${gateway.url}/redrives`, { method: 'POST', body: '{}' })).status).toBe(415);
  });
});
