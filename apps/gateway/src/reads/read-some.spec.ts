import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DEVICES_HEADER } from '@sluice/contracts';
import { bearer, TokenDirectory } from '@sluice/operator/testing';
import { FakeQuery } from '../testing/fake-query.js';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

const directory = new TokenDirectory();
const query = new FakeQuery();
let gateway: GatewayUnderTest;

beforeAll(async () => {
  await query.start();
  gateway = await GatewayUnderTest.start({ ...directory.options, queryUrl: query.url });
});
afterAll(async () => {
  await gateway.stop();
  query.stop();
  directory.remove();
});

it.each([
  ['--device dev-2 --scope read', ['dev-2']],
  ['--pattern lab-7:* --scope read', ['lab-7:*']],
  ['--reader', undefined],
])(
  'The gateway passes to the query service what a token of %s may read, whatever the client sends',
  async (holder, devices) => {
    const token = await directory.create(holder);
    await gateway.gate.feed!.refresh();
    query.asked.length = 0;
    const headers = { ...bearer(token), [DEVICES_HEADER]: encodeURIComponent('["*"]') };
    expect((await fetch(`${gateway.url}/devices`, { headers })).status).toBe(200);
    const header = query.asked[0]!.headers[DEVICES_HEADER] as string | undefined;
    expect(header === undefined ? undefined : JSON.parse(decodeURIComponent(header))).toEqual(devices);
  },
);

it('The gateway forwards the body of POST /latest if it is small JSON', async () => {
  const token = await directory.create('--reader');
  await gateway.gate.feed!.refresh();
  query.asked.length = 0;
  const post = (body: string, type = 'application/json') =>
    fetch(`${gateway.url}/latest`, { method: 'POST', headers: { ...bearer(token), 'content-type': type }, body });
  expect((await post('{"device_ids":["a"]}')).status).toBe(200);
  expect(query.asked).toMatchObject([{ method: 'POST', url: '/latest', body: '{"device_ids":["a"]}' }]);
  expect((await post('{}', 'text/plain')).status).toBe(415);
  expect((await post(' '.repeat(200_000))).status).toBe(413);
});
