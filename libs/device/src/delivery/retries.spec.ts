import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeviceOptions } from '../options.js';
import { FakeGateway, neverAnswer, problem, refuseConnection, type Reply } from '../testing/fake-gateway.js';
import { TestDevice } from '../testing/test-device.js';

/** With `random` at 0.5 and one endpoint: half of every ceiling. The circuit is out of the way unless a test wants it. */
const NO_CIRCUIT = { failures: 1000 };

describe('Retries of a device', () => {
  let gateway: FakeGateway;
  let test: TestDevice;
  let sentAtMs: number[];

  beforeEach(() => {
    gateway = new FakeGateway();
  });

  afterEach(() => test.end());

  function start(reply: Reply, options: Partial<DeviceOptions> = {}): void {
    test = new TestDevice({ circuit: NO_CIRCUIT, ...options }, gateway);
    sentAtMs = [];
    gateway.reply = (request, signal) => {
      sentAtMs.push(test.clock.elapsed());
      return reply(request, signal);
    };
  }

  it('A device waits for a random part of a ceiling that doubles up to its maximum', async () => {
    start(refuseConnection, { retry: { baseDelayMs: 1000, maxDelayMs: 8000, burst: 1000 } });
    test.reportNumbers(1, 1);
    await test.clock.advance(16_000);
    expect(sentAtMs).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500]);
  });

  it('A device waits for any part of the ceiling: full jitter', async () => {
    const chances = [0, 0.999, 0.25];
    start(refuseConnection, { retry: { baseDelayMs: 1000, burst: 1000 }, random: () => chances.shift() ?? 0.5 });
    test.device.report({}, { recordId: 'r1' });
    // Each failure draws twice: for the spread of a Retry-After that is not there, and for the backoff.
    await test.clock.advance(1000);
    expect(sentAtMs.slice(0, 2)).toEqual([0, 999]);
  });

  it('A device resets its backoff after a success', async () => {
    start(refuseConnection, { retry: { baseDelayMs: 1000 } });
    const succeed: Reply = (request) => gateway.accept(request);
    gateway.script.push(refuseConnection, refuseConnection, succeed);
    test.reportNumbers(1, 1);
    await test.clock.advance(10_000);
    expect(test.accepted).toEqual(['r1']);
    test.reportNumbers(2, 2);
    await test.clock.advance(1500);
    expect(sentAtMs).toEqual([10_000, 10_500, 11_500]);
  });

  it('A device repeats a record that was stored although the answer was lost, and it is there once', async () => {
    start((request) => {
      gateway.accept(request);
      throw new TypeError('terminated');
    });
    test.reportNumbers(1, 3);
    await test.clock.advance(0);
    gateway.reply = (request) => gateway.accept(request);
    await test.clock.advance(10_000);
    expect(gateway.requests).toHaveLength(2);
    expect(gateway.numbers).toEqual([1, 2, 3]);
  });

  it('A device ends a request that gets no answer at its deadline', async () => {
    start(neverAnswer, { requestTimeoutMs: 4000 });
    test.reportNumbers(1, 1);
    await test.clock.advance(3999);
    expect(test.device.state().failures).toBe(0);
    await test.clock.advance(1);
    expect(test.device.state()).toMatchObject({ failures: 1, lastError: { code: 'timeout' } });
  });

  it('A device ends a request at its deadline when the body never ends', async () => {
    const endless = new ReadableStream({ pull: () => new Promise(() => {}) });
    start(() => new Response(endless, { status: 202 }), { requestTimeoutMs: 4000 });
    test.reportNumbers(1, 1);
    await test.clock.advance(4000);
    expect(test.device.state()).toMatchObject({ failures: 1, lastError: { code: 'timeout' } });
  });

  it('A device ends a request at its deadline when fetch ignores the signal', async () => {
    start(neverAnswer, { requestTimeoutMs: 4000, fetch: () => new Promise(() => {}) });
    test.reportNumbers(1, 1);
    await test.clock.advance(4000);
    expect(test.device.state()).toMatchObject({ failures: 1, lastError: { code: 'timeout' } });
  });

  it('A device stops reading an answer that does not end', async () => {
    const endless = () => new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) });
    start(() => new Response(endless(), { status: 202 }));
    test.reportNumbers(1, 1);
    await test.clock.advance(0);
    expect(test.device.state().lastError).toMatchObject({ code: 'unexpected-answer' });
  });

  it.each([
    ['seconds', { 'retry-after': '20' }],
    ['a date, by its own clock', { 'retry-after': 'Tue, 09 Sep 2025 17:00:20 GMT' }],
    [
      'a date, by the clock of the answer',
      { date: 'Mon, 01 Jan 2035 00:00:00 GMT', 'retry-after': 'Mon, 01 Jan 2035 00:00:20 GMT' },
    ],
  ])('A device obeys Retry-After in %s, and waits up to half of it longer', async (_, headers) => {
    for (const status of [503, 429]) {
      gateway = new FakeGateway();
      start(() => problem(status, 'overloaded', headers));
      test.reportNumbers(1, 1);
      await test.clock.advance(24_999);
      expect(sentAtMs).toEqual([0]);
      await test.clock.advance(1);
      expect(sentAtMs).toEqual([0, 25_000]);
    }
  });

  it.each(['soon', '-5', '', 'Tue, 09 Sep 2025 16:00:00 GMT'])(
    'A device falls back to the backoff for Retry-After: %p',
    async (text) => {
      start(() => problem(503, 'overloaded', { 'retry-after': text }));
      test.reportNumbers(1, 1);
      await test.clock.advance(250);
      expect(sentAtMs).toEqual([0, 250]);
    },
  );

  it('A device is never silenced for more than an hour and a half', async () => {
    start(() => problem(503, 'overloaded', { 'retry-after': '99999999' }));
    test.reportNumbers(1, 1);
    await test.clock.advance(5_400_000);
    expect(sentAtMs).toHaveLength(2);
  });

  it('A device does not use another endpoint to get around its own limit', async () => {
    start(() => problem(429, 'rate-limited', { 'retry-after': '2' }), {
      endpoints: ['http://own.test', 'http://next.test'],
    });
    test.reportNumbers(1, 1);
    await test.clock.advance(60_000);
    expect(gateway.requests.length).toBeGreaterThan(2);
    expect(gateway.requestsTo('http://next.test')).toHaveLength(0);
  });

  it('A device spends its budget of retries, and then waits for it to refill', async () => {
    start(refuseConnection, { retry: { baseDelayMs: 1, maxDelayMs: 10_000, burst: 3 }, random: () => 0 });
    test.reportNumbers(1, 1);
    await test.clock.advance(9999);
    expect(sentAtMs).toHaveLength(1 + 3);
    await test.clock.advance(20_001);
    expect(sentAtMs).toHaveLength(1 + 3 + 3);
  });

  it('A device is not confused by a clock that jumps', async () => {
    start(refuseConnection, { retry: { baseDelayMs: 1000 } });
    test.reportNumbers(1, 1);
    await test.clock.advance(0);
    test.clock.wallMs -= 10 * 365 * 86_400_000;
    await test.clock.advance(500);
    test.clock.wallMs += 99 * 365 * 86_400_000;
    await test.clock.advance(1000);
    expect(sentAtMs).toEqual([0, 500, 1500]);
  });

  it('A device calls the token function before each request, and keeps the record when there is no token', async () => {
    const tokens = ['first', undefined, 'second'];
    const token = () => {
      const next = tokens.shift();
      if (next === undefined) throw new Error('no token');
      return next;
    };
    start(() => problem(401, 'unauthorized'), { token });
    test.reportNumbers(1, 1);
    await test.clock.advance(300);
    expect(test.device.state().lastError).toMatchObject({ code: 'token-failed' });
    gateway.reply = (request) => gateway.accept(request);
    await test.clock.advance(1000);
    expect(gateway.requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer first', 'Bearer second']);
    expect(test.accepted).toEqual(['r1']);
  });
});
