import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { connect } from 'node:net';
import { until } from '@sluice/test-kit';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';
import { rawPost } from '../testing/raw-post.js';
import { answers, exchange, statusesOf } from '../testing/raw-socket.js';

const LATE_MS = 10_000;

const ALL_BUT_TIMEOUTS = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
] as const;

let gateway: GatewayUnderTest;
beforeEach(async () => {
  gateway = await GatewayUnderTest.start({ maxEventLoopDelayMs: 100 });
  gateway.ticks.stop();
});
afterEach(() => gateway.stop());

/** One request is admitted, and no more until the next tick. */
async function letOneIn(): Promise<void> {
  for (let tick = 0; tick < 2; tick++) gateway.shedding.observe(LATE_MS);
  expect((await gateway.post(SEED_RECORD)).status).toBe(202);
}

it('The gateway answers a shed request with a problem with Retry-After, and publishes none of its records', async () => {
  await letOneIn();
  const { status, headers, body } = await gateway.post(SEED_RECORD);
  expect([status, body.code, body.instance]).toEqual([503, 'gateway-busy', '/ingest']);
  expect(headers.get('retry-after')).toBe('1');
  expect(gateway.publisher.calls).toHaveLength(1);
});

it('The gateway answers before the body has arrived', async () => {
  await letOneIn();
  const headers = { 'content-type': 'application/json', 'content-length': '1000' };
  const { status, body } = await rawPost(gateway.url, headers, ['{']);
  expect([status, body.code]).toEqual([503, 'gateway-busy']);
  expect(gateway.admission.bytes).toBe(0);
});

describe('A connection with a shed request', () => {
  const body = JSON.stringify(SEED_RECORD);
  const head = ['POST /ingest HTTP/1.1', 'Host: a', 'Content-Type: application/json', `Content-Length: ${body.length}`];
  const request = [...head, '', body].join('\r\n');

  afterEach(() => void jest.useRealTimers());

  it('A connection with a shed request is not read until the shortest Retry-After is over', async () => {
    await letOneIn();
    jest.useFakeTimers({ doNotFake: [...ALL_BUT_TIMEOUTS] });
    let received = '';
    const socket = connect(Number(new URL(gateway.url).port));
    socket.on('data', (bytes) => (received += String(bytes)));
    socket.write(request);
    await until(() => jest.getTimerCount() === 1);
    socket.write(request);
    await exchange(gateway.url, request, answers(1));
    expect(statusesOf(received)).toEqual([503]);
    jest.advanceTimersByTime(1000);
    await until(() => statusesOf(received).length === 2);
    socket.destroy();
  });
});

it('The gateway counts shed requests by their cause, and shows the share that it admits', async () => {
  await letOneIn();
  await gateway.post(SEED_RECORD);
  gateway.shedding.observe(LATE_MS);
  const lines = await gateway.metrics();
  expect(lines).toContain('sluice_ingest_problems_total{code="gateway-busy"} 1');
  expect(lines).toContain('sluice_ingest_admitted_share{code="gateway-busy"} 0.9');
  expect(lines).toContain('sluice_ingest_admitted_share{code="publish-queue-full"} 1');
});

it('The gateway sheds only requests with records, so that it can be inspected', async () => {
  await letOneIn();
  expect((await fetch(`${gateway.url}/metrics`)).status).toBe(200);
  expect((await fetch(`${gateway.url}/metrics`)).status).toBe(200);
});
