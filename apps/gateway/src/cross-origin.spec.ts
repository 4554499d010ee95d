import { afterEach, describe, expect, it } from '@jest/globals';
import { TokenDirectory } from '@sluice/operator/testing';
import { GatewayUnderTest, SEED_RECORD } from './testing/gateway-under-test.js';

const HALL = 'https://hall.example';
const PREFLIGHT = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-encoding,content-type',
};

let gateway: GatewayUnderTest;
afterEach(() => gateway.stop());

function ask(path: string, headers: Record<string, string>, method = 'OPTIONS') {
  return fetch(gateway.url + path, { method, headers });
}

const corsHeaders = ({ headers }: { headers: Headers }) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'));

describe('A page of another origin', () => {
  it('A page of another origin may not send records unless its origin is configured', async () => {
    gateway = await GatewayUnderTest.start();
    const preflight = await ask('/ingest', { origin: HALL, ...PREFLIGHT });
    expect([preflight.status, corsHeaders(preflight)]).toEqual([405, []]);
    expect(corsHeaders(await gateway.post(SEED_RECORD, { origin: HALL }))).toEqual([]);
  });

  it('A page of another origin may send records when its origin is configured, and can read Retry-After', async () => {
    gateway = await GatewayUnderTest.start({ corsOrigins: `http://10.0.0.7:8080, ${HALL}` });
    const preflight = await ask('/ingest', { origin: HALL, ...PREFLIGHT });
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': HALL,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers':
        'authorization, x-api-key, content-type, content-encoding, idempotency-key, if-none-match, traceparent',
      'access-control-max-age': '7200',
      vary: 'origin',
    });
    const { status, headers } = await gateway.post(SEED_RECORD, { origin: HALL });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([202, HALL]);
    expect(headers.get('access-control-expose-headers')).toMatch(/retry-after, date, etag, .*ratelimit/);
    expect(headers.has('access-control-allow-credentials')).toBe(false);
  });

  it('A page of another origin may request endpoints', async () => {
    gateway = await GatewayUnderTest.start({ corsOrigins: HALL });
    const preflight = await ask('/endpoints?device_id=dev-2', { origin: HALL, ...PREFLIGHT });
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, HEAD');
    const answer = await ask('/endpoints?device_id=dev-2', { origin: HALL }, 'GET');
    expect(answer.headers.get('access-control-allow-origin')).toBe(HALL);
  });

  it.each([
    ['of another origin', '/ingest', { origin: 'https://hall.example.evil', ...PREFLIGHT }],
    ['of the origin in another scheme', '/ingest', { origin: 'http://hall.example', ...PREFLIGHT }],
    ['without an origin', '/ingest', PREFLIGHT],
    ['to a path for people', '/records', { origin: HALL, ...PREFLIGHT }],
  ])('A page of another origin gets no permission %s', async (_, path, headers) => {
    gateway = await GatewayUnderTest.start({ corsOrigins: HALL });
    const preflight = await ask(path, headers);
    expect(preflight.status).toBeGreaterThanOrEqual(404);
    expect(corsHeaders(preflight)).toEqual([]);
  });

  it('A page of any origin may send records when CORS_ORIGINS is a star', async () => {
    gateway = await GatewayUnderTest.start({ corsOrigins: '*' });
    const { headers } = await gateway.post(SEED_RECORD, { origin: 'null' });
    expect(headers.get('access-control-allow-origin')).toBe('null');
  });

  it('A page of another origin needs a token, its preflight does not, and it can read why it is refused', async () => {
    const directory = new TokenDirectory();
    gateway = await GatewayUnderTest.start({ ...directory.options, corsOrigins: HALL });
    await gateway.gate.feed!.refresh();
    expect((await ask('/ingest', { origin: HALL, ...PREFLIGHT })).status).toBe(204);
    const { status, headers } = await gateway.post(SEED_RECORD, { origin: HALL });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([401, HALL]);
    directory.remove();
  });
});
