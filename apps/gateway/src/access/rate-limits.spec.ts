import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Problem } from '@sluice/contracts';
import type { Clock } from '@sluice/async';
import { RATE_LIMIT_SETTINGS, RateLimits } from '@sluice/ingest';
import { bearer, TokenDirectory } from '@sluice/operator/testing';
import { defaultsOf } from '@sluice/settings';
import { until } from '@sluice/test-kit';
import type { GatewayOptions } from '../gateway-options.js';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';
import { rawPost } from '../testing/raw-post.js';
import { answers, exchange, statusesOf } from '../testing/raw-socket.js';

let gateway: GatewayUnderTest;
let directory: TokenDirectory | undefined;
afterEach(async () => {
  await gateway.stop();
  directory?.remove();
  directory = undefined;
});

const start = async (options: Partial<GatewayOptions>): Promise<void> => {
  gateway = await GatewayUnderTest.start({ limitBurstSeconds: 1, ...options });
};
const recordOf = (device_id: string) => ({ ...SEED_RECORD, device_id });
const many = (count: number, device = 'dev-2') => new Array(count).fill(recordOf(device)) as unknown[];

describe('A limit of an address', () => {
  it('A limit of an address admits a request that is larger than the limit, and then nothing until that is paid back', async () => {
    await start({ addressRecordsPerSecond: 1 });
    expect((await gateway.post(many(60))).status).toBe(202);
    const { status, headers, body } = await gateway.post(SEED_RECORD);
    expect([status, body.code]).toEqual([429, 'rate-limited']);
    const seconds = Number(headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(body.detail).toBe(
      `The limit address-records is spent: 1 records a second for each address. Send again after ${seconds} s.`,
    );
    expect(gateway.publisher.records).toHaveLength(60);
  });

  it('A limit of an address is shown in the headers of an answer', async () => {
    await start({ addressRecordsPerSecond: 100 });
    const { headers } = await gateway.post(SEED_RECORD);
    expect(headers.get('ratelimit-policy')).toBe('"address-records";q=100;w=1');
    expect(headers.get('ratelimit')).toMatch(/^"address-records";r=\d+;t=1$/);
  });

  it('A limit of an address is shown in the headers of a refusal', async () => {
    await start({ addressRecordsPerSecond: 1 });
    await gateway.post(many(60));
    const { headers } = await gateway.post(SEED_RECORD);
    expect(headers.get('ratelimit')).toBe(`"address-records";r=0;t=${headers.get('retry-after')}`);
  });

  it('A limit of an address counts bytes before they are read, as far as they are declared', async () => {
    await start({ addressBytesPerSecond: 1_000 });
    const waiting = held(2_000);
    await until(() => gateway.admission.bytes === 1);
    const { status, body } = await gateway.post(SEED_RECORD);
    expect(status).toBe(429);
    expect(body.detail).toContain('address-bytes');
    waiting.destroy();
  });

  it('A limit of an address counts inflated bytes and bytes without a length as well', async () => {
    await start({ addressBytesPerSecond: 10 });
    const chunked = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    expect((await rawPost(gateway.url, chunked, [JSON.stringify(SEED_RECORD)])).status).toBe(202);
    expect((await gateway.post(SEED_RECORD)).status).toBe(429);
  });

  it('A limit of an address counts the address that a trusted proxy names, and no other', async () => {
    await start({ addressRecordsPerSecond: 1, trustedProxies: '127.0.0.1' });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    await gateway.post(many(60), from('203.0.113.5'));
    expect((await gateway.post(SEED_RECORD, from('203.0.113.5'))).status).toBe(429);
    expect((await gateway.post(SEED_RECORD, from('10.9.9.9, 203.0.113.5'))).status).toBe(429);
    expect((await gateway.post(SEED_RECORD, from('203.0.113.6'))).status).toBe(202);
  });

  it('A limit of an address counts a whole IPv6 network as one', async () => {
    await start({ addressRecordsPerSecond: 1, trustedProxies: '127.0.0.1' });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    await gateway.post(many(60), from('2001:db8:0:7::1'));
    expect((await gateway.post(SEED_RECORD, from('2001:db8::7:ffff:0:0:2'))).status).toBe(429);
    expect((await gateway.post(SEED_RECORD, from('2001:db8:0:8::1'))).status).toBe(202);
  });
});

describe('A limit of a token', () => {
  it('A limit of a token does not affect another token', async () => {
    directory = new TokenDirectory();
    const [one, other] = [await directory.create('--pattern dev*'), await directory.create('--pattern dev*')];
    await start({ ...directory.options, tokenRecordsPerSecond: 1 });
    await gateway.gate.feed!.refresh();
    await gateway.post(many(60), bearer(one));
    const spent = await gateway.post(SEED_RECORD, bearer(one));
    expect([spent.status, spent.body.code]).toEqual([429, 'rate-limited']);
    expect(spent.body.detail).toContain('token-records');
    expect(JSON.stringify(spent.body)).not.toContain(one.split('_')[2]);
    expect((await gateway.post(SEED_RECORD, bearer(other))).status).toBe(202);
  });
});

describe('A limit of reads', () => {
  const read = (path: string) => fetch(gateway.url + path, { headers: { connection: 'close' } });

  it('A limit of reads is counted apart from sending, and is shown to readers', async () => {
    await start({ addressReadsPerSecond: 1, addressRecordsPerSecond: 100 });
    expect((await read('/metrics')).headers.get('ratelimit-policy')).toBe('"address-reads";q=1;w=1');
    const all = await Promise.all(Array.from({ length: 20 }, () => read('/metrics')));
    const spent = all.find(({ status }) => status === 429)!;
    expect(((await spent.json()) as Problem).code).toBe('rate-limited');
    expect(Number(spent.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const sent = await gateway.post(SEED_RECORD);
    expect([sent.status, sent.headers.get('ratelimit-policy')]).toEqual([202, '"address-records";q=100;w=1']);
  });

  it('A limit of reads of a token does not affect another token', async () => {
    directory = new TokenDirectory();
    const [one, other] = [await directory.create('--reader'), await directory.create('--reader')];
    await start({ ...directory.options, tokenReadsPerSecond: 1 });
    await gateway.gate.feed!.refresh();
    const statusFor = async (token: string) =>
      (await fetch(`${gateway.url}/metrics`, { headers: bearer(token) })).status;
    expect(await Promise.all(Array.from({ length: 20 }, () => statusFor(one)))).toContain(429);
    expect(await statusFor(other)).toBe(200);
  });
});

describe('A limit of a device', () => {
  it('A limit of a device gives its records their own result, and those of other devices are accepted', async () => {
    await start({ deviceRecordsPerSecond: 0.02, limitBurstSeconds: 100 });
    const { status, headers, body } = await gateway.post([...many(3, 'dev-2'), recordOf('dev-3')]);
    expect(status).toBe(207);
    expect(body.results.map((result) => result.status)).toEqual(['accepted', 'accepted', 'retry', 'accepted']);
    expect(body.results[2]!.problem).toMatchObject({ code: 'rate-limited', status: 429 });
    expect(body.results[2]!.problem!.detail).toContain('device-records');
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  it('A limit of a device is answered 429 with Retry-After if the request has only its records', async () => {
    await start({ deviceBytesPerSecond: 1 });
    await gateway.post(SEED_RECORD);
    for (const body of [SEED_RECORD, [SEED_RECORD, SEED_RECORD]]) {
      const answer = await gateway.post(body);
      expect([answer.status, answer.body.code]).toEqual([429, 'rate-limited']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(60);
    }
    expect(gateway.publisher.records).toHaveLength(1);
  });

  it('A batch with unacknowledged records does not get the answer of a rate limit', async () => {
    await start({ deviceRecordsPerSecond: 1 });
    gateway.publisher.reasonAgainst = () => 'no leader';
    const { status, body } = await gateway.post(many(2));
    expect([status, body.code]).toEqual([503, 'log-unavailable']);
  });
});

describe('A gateway without limits', () => {
  it('Without limits, a response has no header of limits', async () => {
    await start({});
    const { headers } = await gateway.post(SEED_RECORD);
    expect([headers.has('ratelimit'), headers.has('ratelimit-policy')]).toEqual([false, false]);
    expect(gateway.gate.isWideOpen).toBe(true);
  });
});

describe('A request that is refused by its headers', () => {
  const huge = { 'content-type': 'application/json', 'content-length': '9007199254740991' };
  const json = { 'content-type': 'application/json', 'content-length': '900000' };

  it.each<[string, number, string, Record<string, string>]>([
    ['a path that is unknown', 404, 'POST /nowhere', json],
    ['another method', 405, 'GET /ingest', json],
    ['another method of a path to read', 405, 'POST /endpoints', json],
    ['a body that is too large', 413, 'POST /ingest', huge],
    ['another media type', 415, 'POST /ingest', { ...json, 'content-type': 'text/xml' }],
    ['another coding', 415, 'POST /ingest', { ...json, 'content-encoding': 'br' }],
    ['an Idempotency-Key given twice', 400, 'POST /ingest', { ...json, 'idempotency-key': 'a\r\nidempotency-key: b' }],
  ])('A request that is refused by its headers is charged nothing: %s', async (_name, status, line, headers) => {
    const one = { addressRecordsPerSecond: 1, addressBytesPerSecond: 1_000, addressReadsPerSecond: 1 };
    await start(one);
    for (let times = 0; times < 3; times++) expect(await statusOf(line, headers)).toBe(status);
    expect((await gateway.post(SEED_RECORD)).headers.get('ratelimit')).toMatch(/"address-records";r=0;t=1, /);
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(200);
  });

  it.each<[string, Partial<GatewayOptions>, number]>([
    ['no token', { auth: 'tokens' }, 401],
    ['another network', { allowedNetworks: '10.0.0.0/8' }, 403],
  ])('A request that is refused by its headers is charged nothing: %s', async (_name, access, status) => {
    directory = new TokenDirectory();
    await start({ recordStoreUrl: directory.url, addressRecordsPerSecond: 1, addressBytesPerSecond: 1_000, ...access });
    await gateway.gate.feed?.refresh();
    for (let times = 0; times < 3; times++) expect(await statusOf('POST /ingest', json)).toBe(status);
  });

  it('A request that is refused by its headers because the memory is full is charged nothing', async () => {
    await start({ addressRecordsPerSecond: 1, addressBytesPerSecond: 1_000, maxBytesInFlight: 500 });
    for (let times = 0; times < 3; times++) expect(await statusOf('POST /ingest', json)).toBe(503);
  });
});

describe('The quota of a body that does not arrive', () => {
  const declared = 900_000;
  beforeEach(() => start({ addressBytesPerSecond: 1_000, addressRecordsPerSecond: 1 }));

  it('The quota of a body that does not arrive is returned when its client disconnects, except for the bytes that arrived', async () => {
    const waiting = held(declared);
    await until(() => gateway.admission.bytes === 1);
    expect((await gateway.post(SEED_RECORD)).status).toBe(429);
    waiting.destroy();
    await until(() => gateway.admission.requests === 0);
    const { status, headers } = await gateway.post(SEED_RECORD);
    expect([status, headers.get('ratelimit')]).toEqual([
      202,
      expect.stringMatching(/"address-bytes";r=[1-9]\d\d;t=1$/),
    ]);
  });

  it('The quota of a body that does not arrive is returned when there is no memory for the rest of it', async () => {
    const waiting = held(declared);
    await until(() => gateway.admission.bytes === 1);
    const ticket = gateway.admission.enter(0);
    ticket.holdBytes(3_999_999);
    waiting.write('x');
    await until(() => gateway.admission.requests === 1);
    ticket.close();
    expect((await gateway.post(SEED_RECORD)).status).toBe(202);
    waiting.destroy();
  });

  it('The quota of an invalid body is charged for the bytes that arrived', async () => {
    const answer = await gateway.post('x'.repeat(60_000));
    expect([answer.status, answer.headers.get('ratelimit')]).toEqual([
      400,
      expect.stringMatching(/bytes";r=0;t=\d\d$/),
    ]);
    expect((await gateway.post(SEED_RECORD)).status).toBe(429);
  });
});

describe('Parallel requests', () => {
  it('Parallel requests overdraw a limit by one request together: the others are answered 429 before any of their records is published', async () => {
    await start({ addressRecordsPerSecond: 10, maxConcurrentRequests: 50 });
    const body = JSON.stringify(many(60));
    const waiting = Array.from({ length: 8 }, () => held(body.length, '['));
    await until(() => gateway.admission.bytes === 8);
    const statuses = await Promise.all(waiting.map((socket) => finish(socket, body.slice(1))));
    expect(statuses.toSorted()).toEqual([202, ...new Array<number>(7).fill(429)]);
    expect(gateway.publisher.records).toHaveLength(60);
    const { headers } = await gateway.post(SEED_RECORD);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(6);
  });

  it('Parallel requests are admitted, whatever others owe, if they cost no more than they declared', async () => {
    await start({ addressBytesPerSecond: 1_000 });
    const body = JSON.stringify(SEED_RECORD);
    const small = held(body.length);
    await until(() => gateway.admission.bytes === 1);
    const large = held(900_000);
    await until(() => gateway.admission.bytes === 2);
    expect((await gateway.post(SEED_RECORD)).status).toBe(429);
    expect(await finish(small, body.slice(1))).toBe(202);
    large.destroy();
  });
});

/** A request on a connection of its own whose body stops after `begun`. */
function held(length: number, begun = '{'): Socket {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  const head = `POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
  socket.write(head + begun);
  return socket;
}

/** Sends the rest of the body. @returns the status of the answer */
async function finish(socket: Socket, rest: string): Promise<number> {
  const answer = once(socket, 'data');
  socket.write(rest);
  const [status] = statusesOf(String((await answer)[0]));
  socket.destroy();
  return status!;
}

async function statusOf(line: string, headers: Record<string, string>): Promise<number> {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const answer = await exchange(gateway.url, `${line} HTTP/1.1\r\nhost: x\r\n${fields.join('')}\r\n`, answers(1));
  return statusesOf(answer)[0]!;
}

describe('The headers of limits', () => {
  it('The headers of limits name every limit that applies to the sender, its quota and the remaining quota', () => {
    const clock = { monotonicMs: () => 1_000_000 } as Clock;
    const rates = { addressRecordsPerSecond: 100, addressBytesPerSecond: 5_000, tokenRecordsPerSecond: 10 };
    const limits = new RateLimits({ ...defaultsOf(RATE_LIMIT_SETTINGS), ...rates, limitBurstSeconds: 2 }, clock);
    const charge = limits.chargeOf({ principal: undefined, address: '10.0.0.1' });
    expect(charge.reserve({ records: 1, bytes: 9_000 })).toBeUndefined();
    expect(charge.headers({ records: 1, bytes: 0 })).toEqual({
      'ratelimit-policy': '"address-records";q=200;w=2, "address-bytes";q=10000;w=2;qu="content-bytes"',
      ratelimit: '"address-records";r=199;t=1, "address-bytes";r=1000;t=2',
    });
  });
});
