import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TokenDirectory } from '@sluice/operator/testing';
import { FakeQuery } from '../testing/fake-query.js';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

const directory = new TokenDirectory();
const query = new FakeQuery();
let gateway: GatewayUnderTest;
let [device, reader] = ['', ''];

beforeAll(async () => {
  device = await directory.create('--device dev-2 --scope read');
  reader = await directory.create('--reader');
  await query.start();
  gateway = await GatewayUnderTest.start({ ...directory.options, queryUrl: query.url });
  await gateway.gate.feed!.refresh();
});
afterAll(async () => {
  query.stop();
  await gateway.stop();
  directory.remove();
});

async function statusOf(path: string, token = ''): Promise<number> {
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(gateway.url + path, { headers });
  await response.text();
  return response.status;
}

describe('The console with AUTH=tokens', () => {
  it.each(['/', '/console/main.js', '/console/main.css'])(
    'With AUTH=tokens, the page itself is open: %s',
    async (path) => {
      expect(await statusOf(path)).toBe(200);
    },
  );

  it.each(['/status', '/status/history', '/status/events', '/events/tail'])(
    'With AUTH=tokens, the figures of the page and the live tail are for readers: %s',
    async (path) => {
      expect([await statusOf(path), await statusOf(path, device), await statusOf(path, reader)]).toEqual([
        401, 403, 200,
      ]);
    },
  );

  it('With AUTH=tokens, the live tail of one device is open to clients that may read the device', async () => {
    expect(await statusOf('/events/tail?device_id=dev-2', device)).toBe(200);
    expect(await statusOf('/events/tail?device_id=dev-3', device)).toBe(403);
  });
});
