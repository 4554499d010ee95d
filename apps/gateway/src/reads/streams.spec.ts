import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeQuery } from '../testing/fake-query.js';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

let query: FakeQuery;
let gateway: GatewayUnderTest;
/** What the query service writes its stream on. */
let upstream: Promise<ServerResponse>;

beforeEach(async () => {
  query = new FakeQuery();
  await query.start();
  const answering = Promise.withResolvers<ServerResponse>();
  upstream = answering.promise;
  query.answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    response.write('id: 0\n\n');
    answering.resolve(response);
  };
  gateway = await GatewayUnderTest.start({ queryUrl: query.url, trustedProxies: '127.0.0.1' });
});
afterEach(async () => {
  query.stop();
  await gateway.stop();
});

/** Resolves when the first part is here. */
async function follow(path = '/events/tail', init: RequestInit = {}) {
  const response = await fetch(gateway.url + path, init);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  await reader.read();
  return { response, reader };
}

describe('A stream of the query service', () => {
  it('A stream of the query service is forwarded as it arrives, before it ends', async () => {
    const { response, reader } = await follow();
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    for (const part of ['id: 1\n\n', 'id: 2\n\n']) {
      (await upstream).write(part);
      expect(await reader.read()).toEqual({ done: false, value: part });
    }
    await reader.cancel();
  });

  it('A stream of the query service continues at the position of the client', async () => {
    const { reader } = await follow('/events/tail?from=latest', { headers: { 'last-event-id': 'p.1.2' } });
    expect(query.asked[0]).toMatchObject({ url: '/events/tail?from=latest', headers: { 'last-event-id': 'p.1.2' } });
    await reader.cancel();
  });

  it('A stream of the query service ends for the query service when the client disconnects, although no event arrives', async () => {
    const leave = new AbortController();
    await follow('/status/events', { signal: leave.signal });
    const closed = once(await upstream, 'close');
    leave.abort();
    await closed;
  });

  it('A stream of the query service ends for the client when the query service ends it', async () => {
    const { reader } = await follow();
    (await upstream).end('event: end\n\n');
    expect(await reader.read()).toEqual({ done: false, value: 'event: end\n\n' });
    expect(await reader.read()).toEqual({ done: true, value: undefined });
  });

  it('A stream of the query service ends for both when the gateway stops, whole and without waiting', async () => {
    const { reader } = await follow();
    const closed = once(await upstream, 'close');
    const stopped = gateway.close();
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    await Promise.all([closed, stopped]);
  });

  it('A stream of the query service does not use the connections of the reads', async () => {
    const streams = await Promise.all(
      Array.from({ length: 70 }, (_, n) => follow('/events/tail', { headers: { 'x-forwarded-for': `10.0.0.${n}` } })),
    );
    expect(new Set(streams.map(({ response }) => response.status))).toEqual(new Set([200]));
    query.answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    expect((await fetch(`${gateway.url}/records`)).status).toBe(200);
    await Promise.all(streams.map(({ reader }) => reader.cancel()));
  });

  it('A client may have 8 streams, and other clients still get streams', async () => {
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    const paths = Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? '/events/tail' : '/status/events'));
    const streams = await Promise.all(paths.map((path, n) => follow(path, from(`2001:db8::${n}`))));
    const refused = await fetch(`${gateway.url}/events/tail`, from('2001:db8::9'));
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'too-many-streams' }]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const other = await follow('/events/tail', from('2001:db8:0:1::1'));
    expect(other.response.status).toBe(200);
    await Promise.all([...streams, other].map(({ reader }) => reader.cancel()));
  });

  it('A stream of the query service to a slow client gets back-pressure, and does not fill the memory of the gateway', async () => {
    const { reader } = await follow();
    const response = await upstream;
    const part = 'x'.repeat(1024 * 1024);
    let written = 0;
    while (response.write(part) && written < 64) written++;
    while (written < 64 && (await hasRoom(response))) {
      response.write(part);
      written++;
    }
    expect(written).toBeLessThan(64);
    await reader.cancel();
  });
});

/** Whether the other side takes what was written, while this process has nothing else to do. */
async function hasRoom(response: ServerResponse): Promise<boolean> {
  for (let turn = 0; turn < 2000 && response.writableNeedDrain; turn++) await new Promise((done) => setImmediate(done));
  return !response.writableNeedDrain;
}
