import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';
import { rawPost } from '../testing/raw-post.js';
import { answers, exchange, statusesOf } from '../testing/raw-socket.js';
import type { AccessOptions } from './access.settings.js';

let gateway: GatewayUnderTest;
afterEach(() => gateway.stop());

const start = async (options: Partial<AccessOptions>): Promise<void> => {
  gateway = await GatewayUnderTest.start(options);
};
const statusFrom = async (forwardedFor?: string): Promise<number> =>
  (await gateway.post(SEED_RECORD, forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor })).status;

describe('ALLOWED_NETWORKS', () => {
  it.each(['127.0.0.0/8', '10.0.0.0/8,127.0.0.1', '::ffff:127.0.0.0/104'])(
    'ALLOWED_NETWORKS %s accepts requests from 127.0.0.1',
    async (networks) => {
      await start({ allowedNetworks: networks });
      expect(await statusFrom()).toBe(202);
    },
  );

  it('Requests from outside ALLOWED_NETWORKS are answered 403, whatever the path, and nothing is published', async () => {
    await start({ allowedNetworks: '10.0.0.0/8,::1' });
    const { status, body } = await gateway.post(SEED_RECORD);
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect(body.detail).toMatch(/not in the allowed networks/);
    for (const path of ['/metrics', '/records', '/docs', '/nowhere']) {
      expect((await fetch(gateway.url + path)).status).toBe(403);
    }
    expect(gateway.publisher.records).toEqual([]);
  });

  it('ALLOWED_NETWORKS are checked before the body is read', async () => {
    await start({ allowedNetworks: '10.0.0.0/8' });
    const head = 'POST /ingest HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n';
    expect(statusesOf(await exchange(gateway.url, head, answers(1)))).toEqual([403]);
    expect(gateway.admission.bytes).toBe(0);
  });

  it('ALLOWED_NETWORKS are not opened by an X-Forwarded-For from an untrusted client', async () => {
    await start({ allowedNetworks: '10.0.0.0/8' });
    expect(await statusFrom('10.0.0.1')).toBe(403);
  });

  it('ALLOWED_NETWORKS apply to the address that a trusted proxy names', async () => {
    await start({ allowedNetworks: '10.0.0.0/8', trustedProxies: '127.0.0.1' });
    expect(await statusFrom('10.0.0.1')).toBe(202);
    expect(await statusFrom('203.0.113.5')).toBe(403);
    expect(await statusFrom('10.0.0.1, 203.0.113.5')).toBe(403);
    expect(await statusFrom()).toBe(403);
  });

  it('ALLOWED_NETWORKS see every X-Forwarded-For of a request that has several', async () => {
    await start({ allowedNetworks: '10.0.0.0/8', trustedProxies: '127.0.0.1' });
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': ['10.0.0.1', '203.0.113.5'] };
    expect((await rawPost(gateway.url, headers, [JSON.stringify(SEED_RECORD)])).status).toBe(403);
  });
});
