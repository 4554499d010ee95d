import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ReadTurns } from '@sluice/http';
import { Admission } from '@sluice/ingest';
import { until } from '@sluice/test-kit';
import { IngestModule } from './ingest/ingest.module.js';
import { GatewayUnderTest, SEED_RECORD } from './testing/gateway-under-test.js';
import { rawPost } from './testing/raw-post.js';

const SEED = JSON.stringify(SEED_RECORD);

let gateway: GatewayUnderTest;
afterEach(() => gateway.stop());

describe('A full gateway', () => {
  it('A full gateway answers 503 at once to one more request, and accepts it when there is room again', async () => {
    gateway = await GatewayUnderTest.start({ maxConcurrentRequests: 2 });
    gateway.publisher.hold();
    const held = [gateway.post(SEED_RECORD), gateway.post(SEED_RECORD)];
    await until(() => gateway.publisher.calls.length === 2);
    const refused = await gateway.post(SEED_RECORD);
    expect([refused.status, refused.body.code]).toEqual([503, 'overloaded']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    gateway.publisher.release();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([202, 202]);
    expect((await gateway.post(SEED_RECORD)).status).toBe(202);
  });

  it.each([
    ['declared', { 'content-length': String(SEED.length) }],
    ['undeclared', { 'transfer-encoding': 'chunked' }],
  ])('A full gateway answers 503 to %s bytes for which there is no room', async (_name, headers) => {
    gateway = await GatewayUnderTest.start({ maxBytesInFlight: 1.5 * SEED.length });
    gateway.publisher.hold();
    const held = gateway.post(SEED_RECORD);
    await until(() => gateway.publisher.calls.length === 1);
    const { status, body } = await rawPost(gateway.url, { 'content-type': 'application/json', ...headers }, [SEED]);
    expect([status, body.code]).toEqual([503, 'overloaded']);
    gateway.publisher.release();
    expect((await held).status).toBe(202);
    expect([gateway.admission.requests, gateway.admission.bytes]).toEqual([0, 0]);
  });

  it('A full gateway has room again when a client disconnects in the middle of its body', async () => {
    gateway = await GatewayUnderTest.start({ maxConcurrentRequests: 1 });
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.write(
      'POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"dev',
    );
    await until(() => gateway.admission.bytes === 5);
    socket.destroy();
    await until(() => gateway.admission.requests === 0);
    expect(gateway.admission.bytes).toBe(0);
    expect((await gateway.post(SEED_RECORD)).status).toBe(202);
    expect(gateway.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('A gateway that stops', () => {
  it('A gateway that stops answers 503 to new work and asks for a new connection', async () => {
    gateway = await GatewayUnderTest.start();
    gateway.lifecycle.stopping();
    const { status, headers, body } = await rawPost(gateway.url, { 'content-type': 'application/json' }, [SEED]);
    expect([status, body.code]).toEqual([503, 'stopping']);
    expect(headers).toMatchObject({ connection: 'close', 'retry-after': expect.stringMatching(/^[1-9]\d*$/) });
    expect(gateway.publisher.calls).toEqual([]);
  });

  it('A gateway that stops answers the requests in progress first', async () => {
    gateway = await GatewayUnderTest.start();
    gateway.publisher.hold();
    const underWay = gateway.post(SEED_RECORD);
    await until(() => gateway.publisher.calls.length === 1);
    gateway.lifecycle.stopping();
    const closed = gateway.close();
    expect((await gateway.post(SEED_RECORD)).body.code).toBe('stopping');
    gateway.publisher.release();
    expect((await underWay).status).toBe(202);
    await closed;
  });

  it('A gateway that stops waits for the requests in progress no longer than the publish deadline', async () => {
    gateway = await GatewayUnderTest.start();
    const limits = { maxBodyBytes: 1, maxConcurrentRequests: 1, maxBytesInFlight: 1 };
    const admission = new Admission(limits);
    admission.enter(0);
    const module = new IngestModule(admission, { ...limits, publishTimeoutMs: 1 } as never, new ReadTurns());
    await module.beforeApplicationShutdown();
    expect(admission.requests).toBe(1);
  });
});
