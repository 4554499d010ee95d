import { afterEach, describe, expect, it } from '@jest/globals';
import type { Problem } from '#contracts';
import type { Clock } from '#runtime';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';
import { rawPost } from '../testing/raw-post.js';
import { bearer, TokenDirectory } from '../testing/token-directory.js';
import { OPEN_ACCESS, type AccessOptions } from './access-options.js';
import { RateLimits } from './rate-limits.js';

let gateway: GatewayUnderTest;
let directory: TokenDirectory | undefined;
afterEach(async () => {
  await gateway.stop();
  directory?.remove();
  directory = undefined;
});

const start = async (options: Partial<AccessOptions>): Promise<void> => {
  gateway = await GatewayUnderTest.start({ limitBurstSeconds: 1, ...options });
};
const recordOf = (device_id: string) => ({ ...SEED_RECORD, device_id });
const many = (count: number, device = 'dev-2') => new Array(count).fill(recordOf(device)) as unknown[];

describe('a limit of an address', () => {
  it('lets a request in that is larger than the limit, and then nothing until that is paid back', async () => {
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

  it('is shown in the headers of an answer', async () => {
    await start({ addressRecordsPerSecond: 100 });
    const { headers } = await gateway.post(SEED_RECORD);
    expect(headers.get('ratelimit-policy')).toBe('"address-records";q=100;w=1');
    expect(headers.get('ratelimit')).toMatch(/^"address-records";r=\d+;t=1$/);
  });

  it('is shown in the headers of a refusal', async () => {
    await start({ addressRecordsPerSecond: 1 });
    await gateway.post(many(60));
    const { headers } = await gateway.post(SEED_RECORD);
    expect(headers.get('ratelimit')).toBe(`"address-records";r=0;t=${headers.get('retry-after')}`);
  });

  it('counts bytes before they are read, as far as they are declared', async () => {
    await start({ addressBytesPerSecond: 10 });
    const half = await rawPost(gateway.url, { 'content-type': 'text/plain', 'content-length': '2000' }, [
      'x'.repeat(2_000),
    ]);
    expect(half.status).toBe(415);
    const { status, body } = await gateway.post(SEED_RECORD);
    expect(status).toBe(429);
    expect(body.detail).toContain('address-bytes');
  });

  it('counts inflated bytes and bytes without a length as well', async () => {
    await start({ addressBytesPerSecond: 10 });
    const chunked = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    expect((await rawPost(gateway.url, chunked, [JSON.stringify(SEED_RECORD)])).status).toBe(202);
    expect((await gateway.post(SEED_RECORD)).status).toBe(429);
  });

  it('is of the address that a trusted proxy names, and of nobody else', async () => {
    await start({ addressRecordsPerSecond: 1, trustedProxies: '127.0.0.1' });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    await gateway.post(many(60), from('203.0.113.5'));
    expect((await gateway.post(SEED_RECORD, from('203.0.113.5'))).status).toBe(429);
    expect((await gateway.post(SEED_RECORD, from('10.9.9.9, 203.0.113.5'))).status).toBe(429);
    expect((await gateway.post(SEED_RECORD, from('203.0.113.6'))).status).toBe(202);
  });

  it('is one for a whole IPv6 network of a client', async () => {
    await start({ addressRecordsPerSecond: 1, trustedProxies: '127.0.0.1' });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    await gateway.post(many(60), from('2001:db8:0:7::1'));
    expect((await gateway.post(SEED_RECORD, from('2001:db8::7:ffff:0:0:2'))).status).toBe(429);
    expect((await gateway.post(SEED_RECORD, from('2001:db8:0:8::1'))).status).toBe(202);
  });
});

describe('a limit of a token', () => {
  it('touches no other token', async () => {
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

describe('a limit of reads', () => {
  const read = (path: string) => fetch(gateway.url + path, { headers: { connection: 'close' } });

  it('is counted apart from what is sent, and is shown to whoever reads', async () => {
    await start({ addressReadsPerSecond: 1, addressRecordsPerSecond: 100 });
    expect((await read('/records')).headers.get('ratelimit-policy')).toBe('"address-reads";q=1;w=1');
    await Promise.all(Array.from({ length: 20 }, () => read('/check-buffer')));
    const spent = await read('/check-buffer');
    expect([spent.status, ((await spent.json()) as Problem).code]).toEqual([429, 'rate-limited']);
    expect(Number(spent.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const sent = await gateway.post(SEED_RECORD);
    expect([sent.status, sent.headers.get('ratelimit-policy')]).toEqual([202, '"address-records";q=100;w=1']);
  });

  it('of a token touches no other token', async () => {
    directory = new TokenDirectory();
    const [one, other] = [await directory.create('--reader'), await directory.create('--reader')];
    await start({ ...directory.options, tokenReadsPerSecond: 1 });
    await gateway.gate.feed!.refresh();
    const statusFor = async (token: string) =>
      (await fetch(`${gateway.url}/metrics`, { headers: bearer(token) })).status;
    await Promise.all(Array.from({ length: 20 }, () => statusFor(one)));
    expect([await statusFor(one), await statusFor(other)]).toEqual([429, 200]);
  });
});

describe('a limit of a device', () => {
  it('gives its records their own verdict, and takes those of other devices', async () => {
    await start({ deviceRecordsPerSecond: 0.02, limitBurstSeconds: 100 });
    const { status, headers, body } = await gateway.post([...many(3, 'dev-2'), recordOf('dev-3')]);
    expect(status).toBe(207);
    expect(body.results.map((result) => result.status)).toEqual(['accepted', 'accepted', 'retry', 'accepted']);
    expect(body.results[2]!.problem).toMatchObject({ code: 'rate-limited', status: 429 });
    expect(body.results[2]!.problem!.detail).toContain('device-records');
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  it('is answered 429 with Retry-After where nothing else was sent', async () => {
    await start({ deviceBytesPerSecond: 1 });
    await gateway.post(SEED_RECORD);
    for (const body of [SEED_RECORD, [SEED_RECORD, SEED_RECORD]]) {
      const answer = await gateway.post(body);
      expect([answer.status, answer.body.code]).toEqual([429, 'rate-limited']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(60);
    }
    expect(gateway.publisher.records).toHaveLength(1);
  });

  it('is not what is said of a batch of which the log has not confirmed some', async () => {
    await start({ deviceRecordsPerSecond: 1 });
    gateway.publisher.reasonAgainst = () => 'no leader';
    const { status, body } = await gateway.post(many(2));
    expect([status, body.code]).toEqual([503, 'log-unavailable']);
  });
});

describe('without a limit', () => {
  it('no header speaks of any', async () => {
    await start({});
    const { headers } = await gateway.post(SEED_RECORD);
    expect([headers.has('ratelimit'), headers.has('ratelimit-policy')]).toEqual([false, false]);
    expect(gateway.gate.isWideOpen).toBe(true);
  });
});

describe('the headers of limits', () => {
  it('name every limit that counts the sender, what it holds and what is left', () => {
    const clock = { now: () => 1_000_000 } as Clock;
    const rates = { addressRecordsPerSecond: 100, addressBytesPerSecond: 5_000, tokenRecordsPerSecond: 10 };
    const limits = new RateLimits({ ...OPEN_ACCESS, ...rates, limitBurstSeconds: 2 }, clock);
    const sender = { principal: undefined, address: '10.0.0.1' };
    expect(limits.enter(sender, { records: 1, bytes: 9_000 })).toBeUndefined();
    expect(limits.headers(sender, { records: 1, bytes: 0 })).toEqual({
      'ratelimit-policy': '"address-records";q=200;w=2, "address-bytes";q=10000;w=2;qu="content-bytes"',
      ratelimit: '"address-records";r=199;t=1, "address-bytes";r=1000;t=2',
    });
  });
});
