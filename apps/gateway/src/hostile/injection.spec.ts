import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeQuery } from '../testing/fake-query.js';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';
import { answers, exchange, statusesOf } from '../testing/raw-socket.js';

let gateway: GatewayUnderTest;
const query = new FakeQuery();
beforeAll(async () => {
  await query.start();
  gateway = await GatewayUnderTest.start({ queryUrl: query.url });
});
beforeEach(() => {
  gateway.publisher.records.length = 0;
  query.asked.length = 0;
});
afterAll(async () => {
  await gateway.stop();
  query.stop();
});

/** A whole address names its host in the header, too: otherwise it is refused before anything else. */
const hostOf = (target: string) => /^http:\/\/([^/]+)/.exec(target)?.[1] ?? 'gateway';
const get = (target: string, ...fields: string[]) =>
  ['GET ' + target + ' HTTP/1.1', `Host: ${hostOf(target)}`, ...fields, 'Connection: close', '', ''].join('\r\n');

describe('The log', () => {
  it('The log has one line for each event, whatever a client writes into its request', async () => {
    const forged = '{"level":"error","msg":"forged"}';
    await gateway.post(`${forged}\n${forged}`, {
      'x-request-id': forged,
      'idempotency-key': forged,
      'user-agent': forged,
    });
    await exchange(gateway.url, get(`/records%0d%0a${encodeURIComponent(forged)}`, `X-Request-Id: ${forged}`));
    expect(gateway.logLines.length).toBeGreaterThan(0);
    expect(gateway.logLines.some(({ msg }) => msg === 'forged')).toBe(false);
    expect(JSON.stringify(gateway.logLines)).not.toContain('forged');
  });
});

describe('A header of an answer', () => {
  it.each(['/records%0d%0aSet-Cookie:%20a=b', '/%0d%0aSet-Cookie:%20a=b', '/ingest?%0d%0aSet-Cookie:%20a=b'])(
    'The path %s cannot add a header to an answer',
    async (path) => {
      const answer = await exchange(gateway.url, get(path));
      expect(answer.split('\r\n\r\n', 1)[0]).not.toMatch(/set-cookie/i);
    },
  );

  it('A header of an answer is not taken from the request id of a client', async () => {
    const answer = await exchange(gateway.url, get('/records', 'X-Request-Id: mine'));
    expect(answer).not.toContain('mine');
  });
});

describe('The query service behind the gateway', () => {
  it.each([
    'http://169.254.169.254/records',
    'http://elsewhere/check-buffer',
    '//elsewhere/records',
    '/records/../../metrics',
    '/records/%2e%2e/%2e%2e/metrics',
    '/records/a/../../metrics',
    '/records\\..\\metrics',
  ])('The gateway sends requests only to the query service, and only reads: %s', async (target) => {
    await exchange(gateway.url, get(target));
    for (const { url, headers } of query.asked) {
      expect(headers.host).toBe(new URL(query.url).host);
      expect(url).toMatch(/^\/(records|check-buffer)(\/[^/]+\/[^/]+)?$/);
    }
  });

  it.each(['/metrics', '/health/live', '/health/ready', '/docs', '/openapi.json', '/records/a', '/records/a/b/c'])(
    'The gateway does not forward requests for internal paths of the query service: %s',
    async (path) => {
      await exchange(gateway.url, get(path));
      expect(query.asked.map(({ url }) => url).filter((url) => url === path)).toEqual([]);
    },
  );

  it('The query service behind the gateway receives no header of a client except for the few that it needs', async () => {
    await exchange(gateway.url, get('/records', 'Cookie: a=b', 'X-Forwarded-For: 1.2.3.4', 'Authorization: Bearer x'));
    expect(Object.keys(query.asked[0]!.headers).sort()).toEqual(['connection', 'host', 'x-request-id']);
  });
});

describe('A payload', () => {
  it.each([
    ['operators of a database', { $set: { a: 1 }, $where: 'sleep(1)', 'a.b': { $ne: null } }],
    [
      'names of JavaScript',
      { constructor: { prototype: { polluted: 1 } }, prototype: 1, toString: 2, hasOwnProperty: 3 },
    ],
    [
      'markup and code',
      { html: '<script>alert(1)</script>', sql: "'; DROP TABLE records; --", path: '../../etc/passwd' },
    ],
    ['signs that end lines elsewhere', { text: '\u2028\u2029\u0085\r\n\t\u001b[31m', key: 'a\u202eb' }],
  ])('A payload with %s is data: it is read back as it was sent', async (_, payload) => {
    const { status } = await gateway.post({ ...SEED_RECORD, data_payload: payload });
    expect(status).toBe(202);
    expect(gateway.events[0]!.data_payload).toEqual(payload);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    '{"__proto__":{"polluted":1},"device_id":"dev-2","timestamp":"2025-09-09T17:00:00Z","data_payload":{}}',
    '{"device_id":"dev-2","timestamp":"2025-09-09T17:00:00Z","data_payload":{"__proto__":{"polluted":1}}}',
    '{"device_id":"dev-2","timestamp":"2025-09-09T17:00:00Z","data_payload":{"a":[{"__proto__":{"polluted":1}}]}}',
    '{"device_id":"dev-2","timestamp":"2025-09-09T17:00:00Z","data_payload":{"\\u005f_proto__":{"polluted":1}}}',
  ])('A payload changes no object of the gateway: %s', async (body) => {
    const { status } = await gateway.post(body);
    expect([202, 400, 422]).toContain(status);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    // What was taken has to hold what was sent, not lose it.
    if (status === 202) expect(String(gateway.publisher.records[0]!.value)).toContain('__proto__');
  });
});

describe('A query string', () => {
  it.each(['?__proto__[polluted]=1', '?__proto__=1', '?constructor[prototype][polluted]=1', '?device_id[$ne]=x'])(
    'A query string changes no object of the gateway, and is forwarded unchanged: /records%s',
    async (search) => {
      const answer = await exchange(gateway.url, get(`/records${search}`));
      expect(statusesOf(answer)).toEqual([200]);
      expect(query.asked.map(({ url }) => url)).toEqual([`/records${search}`]);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );
});

// That no pattern takes more than time in proportion to its text is held by lint (regexp/no-super-linear-*); here, that nothing else
// stumbles over the same texts.
describe('A text that is slow to parse', () => {
  const LONG = 15_000;
  const post = (fields: string[], body = '{}') =>
    ['POST /ingest HTTP/1.1', 'Host: a', ...fields, `Content-Length: ${body.length}`, '', body].join('\r\n');
  const json = 'Content-Type: application/json';

  it.each<[string, string]>([
    ['a media type', post([`Content-Type: application/json${' ;charset=x'.repeat(LONG / 11)}`])],
    ['a charset', post([`Content-Type: application/json; charset${' '.repeat(LONG)}!`])],
    ['a coding', post([json, `Content-Encoding: ${'gzip, '.repeat(LONG / 6)}`])],
    ['a trace context', post([json, `Traceparent: 00-${'0'.repeat(LONG)}-`])],
    ['an authorization', post([json, `Authorization: Bearer${' '.repeat(LONG)}`])],
    ['a list of addresses', post([json, `X-Forwarded-For: ${'1,'.repeat(LONG / 2)}`])],
    ['blanks in lines', post(['Content-Type: application/x-ndjson'], `${' '.repeat(500_000)}x\n`.repeat(1))],
    ['a device_id', post([json], JSON.stringify({ ...SEED_RECORD, device_id: `${'a'.repeat(500_000)}!` }))],
    [
      'a timestamp',
      post([json], JSON.stringify({ ...SEED_RECORD, timestamp: `2025-09-09T17:00:00.${'0'.repeat(500_000)}x` })),
    ],
    ['a record_id', post([json], JSON.stringify({ ...SEED_RECORD, record_id: `${'a'.repeat(500_000)}\u0007` }))],
    ['a path', get(`/records/${'%2e'.repeat(100)}/${'.'.repeat(300)}`)],
    ['slashes', get(`/${'/'.repeat(LONG)}`)],
    ['nested brackets', post([json], '['.repeat(900_000))],
    ['a long number', post([json], `{"a":${'1'.repeat(900_000)}}`)],
    ['escapes', post([json], `"${'\\u0000'.repeat(150_000)}"`)],
  ])('A text that is slow to parse is answered like any other: %s', async (_, request) => {
    const [status] = statusesOf(await exchange(gateway.url, request, answers(1)));
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(500);
    expect(gateway.publisher.records).toEqual([]);
  });
});
