import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TokenDirectory } from '@sluice/operator/testing';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

const directory = new TokenDirectory();
let open: GatewayUnderTest;
let restricted: GatewayUnderTest;
let [reader, operator] = ['', ''];

beforeAll(async () => {
  reader = await directory.create('--reader');
  operator = await directory.create('--operator');
  open = await GatewayUnderTest.start();
  restricted = await GatewayUnderTest.start(directory.options);
  await restricted.gate.feed!.refresh();
});
afterAll(async () => {
  await Promise.all([open.stop(), restricted.stop()]);
  directory.remove();
});

async function get(gateway: GatewayUnderTest, path: string, token = '') {
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(gateway.url + path, { headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('GET /limits', () => {
  it('GET /limits has the limits in effect, with their defaults', async () => {
    const { body } = await get(open, '/limits');
    expect(body['limits']).toContainEqual({
      name: 'MAX_RECORDS_PER_REQUEST',
      value: 100,
      default: 5000,
      description: 'Maximum number of records in one request.',
    });
  });

  it('GET /limits counts rejected records by reason', async () => {
    await fetch(`${open.url}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"device_id": "dev-2", "timestamp": "soon", "data_payload": {}}',
    });
    const { body } = await get(open, '/limits');
    expect(body['rejected']).toMatchObject({ timestamp: 1, 'invalid-json': 0 });
  });

  it('GET /limits shows no path, no address and no secret', async () => {
    const { body } = await get(restricted, '/limits', reader);
    expect(JSON.stringify(body)).not.toContain(directory.url);
    const names = (body['limits'] as { name: string }[]).map(({ name }) => name);
    expect(names.filter((name) => /FILE|URL|NETWORK|PROX/.test(name))).toEqual([]);
  });

  it('GET /limits has no parameters', async () => {
    expect(await get(open, '/limits?x=1')).toMatchObject({ status: 400, body: { code: 'invalid-parameter' } });
  });
});

describe('GET /tokens', () => {
  it('GET /tokens reports that access is open', async () => {
    expect(await get(open, '/tokens')).toEqual({ status: 200, body: { access: 'open', tokens: [] } });
  });

  it('GET /tokens lists tokens for operators, without a secret', async () => {
    const { body } = await get(restricted, '/tokens', operator);
    expect(body['tokens']).toContainEqual(expect.objectContaining({ holder: 'readers', state: 'valid' }));
    expect(JSON.stringify(body)).not.toMatch(/hash|sluice_/);
    expect((await get(restricted, '/tokens', reader)).status).toBe(403);
  });
});
