import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeviceOptions } from '../options.js';
import { FakeGateway, json, neverAnswer, problem, refuseConnection, type Reply } from '../testing/fake-gateway.js';
import { TestDevice } from '../testing/test-device.js';

const acceptedAt = (index: number, recordId: string | undefined) => ({
  index,
  status: 'accepted',
  record_id: recordId,
});

describe('A device with a gateway that fails', () => {
  let gateway: FakeGateway;
  let test: TestDevice;

  beforeEach(() => {
    gateway = new FakeGateway();
  });

  afterEach(() => test.end());

  function start(reply: Reply, options: Partial<DeviceOptions> = {}): void {
    gateway.reply = reply;
    test = new TestDevice(options, gateway);
  }

  it.each<[string, Reply, string]>([
    ['no server listens', refuseConnection, 'unreachable'],
    ['the answer is no JSON', () => new Response('<html>It works!</html>', { status: 202 }), 'unexpected-answer'],
    ['the answer is half a body', () => new Response('{"results":[{"ind', { status: 202 }), 'unexpected-answer'],
    ['the answer is empty', () => new Response(null, { status: 202 }), 'unexpected-answer'],
    ['the answer is null', () => json(202, null), 'unexpected-answer'],
    ['there are too few results', () => json(202, { results: [] }), 'unexpected-answer'],
    [
      'a result has an unexpected index',
      () => json(202, { results: [{ index: 7, status: 'accepted', record_id: 'r1' }] }),
      'unexpected-answer',
    ],
    [
      'a result comes twice',
      ({ ids }) => json(202, { results: [acceptedAt(0, ids[0]), acceptedAt(0, ids[0])] }),
      'unexpected-answer',
    ],
    [
      'an index is no number',
      () => json(202, { results: [{ index: 'length', status: 'accepted' }] }),
      'unexpected-answer',
    ],
    [
      'the results are of other records',
      () => json(202, { results: [{ index: 0, status: 'accepted', record_id: 'x' }] }),
      'unexpected-answer',
    ],
    ['a status is unknown', () => json(207, { results: [{ index: 0, status: 'perhaps' }] }), 'unexpected-answer'],
    ['a portal answers 200', () => new Response('Please log in', { status: 200 }), 'unexpected-answer'],
    ['the path is not there', () => problem(404, 'not-found'), 'unexpected-answer'],
    ['a 422 does not come from a gateway', () => new Response('no', { status: 422 }), 'unexpected-answer'],
    ['a 400 does not come from a gateway', () => new Response('no', { status: 400 }), 'unexpected-answer'],
    ['the gateway is broken', () => problem(500, 'internal-error'), 'unexpected-answer'],
    ['the token is not known', () => problem(401, 'unauthorized'), 'unauthorized'],
    ['the token is not for this device', () => problem(403, 'forbidden'), 'forbidden'],
    ['a limit is spent', () => problem(429, 'rate-limited', { 'retry-after': '1' }), 'rate-limited'],
    ['the log does not confirm', () => problem(503, 'log-unavailable', { 'retry-after': '1' }), 'unavailable'],
  ])('A device with a gateway that fails keeps the record under its id when %s', async (_, reply, code) => {
    start(reply);
    test.reportNumbers(1, 1);
    await test.clock.advance(0);
    expect(test.device.state()).toMatchObject({ queued: 1, failures: 1, lastError: { name: 'DeviceError', code } });
    expect(test.logCodes).toContain(code);
    gateway.reply = (request) => gateway.accept(request);
    await test.clock.advance(120_000);
    expect(gateway.requests.map(({ ids }) => ids)).toEqual([['r1'], ['r1']]);
    expect(test.accepted).toEqual(['r1']);
    expect(test.device.state()).toMatchObject({ queued: 0, retries: 1, lastError: undefined });
  });

  /** A small seeded generator, so that a failure can be repeated. */
  function seeded(seed: number): () => number {
    let state = seed;
    return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  }

  it.each([1, 2, 3, 4, 5])(
    'A device loses, doubles and reorders nothing while its gateway fails in every way: seed %i',
    async (seed) => {
      const random = seeded(seed);
      const faults: Reply[] = [
        refuseConnection,
        neverAnswer,
        () => problem(503, 'overloaded', { 'retry-after': '1' }),
        () => problem(500, 'internal-error'),
        () => new Response('{"results":', { status: 202 }),
        (request) => problem(413, 'too-many-records', { seen: `${gateway.accept(request).status}` }),
        (request) => {
          gateway.accept(request);
          throw new TypeError('terminated');
        },
      ];
      start(
        (request, signal) => {
          const fault = faults[Math.floor(random() * faults.length * 2)];
          return (fault ?? ((intact) => gateway.accept(intact)))(request, signal);
        },
        { random, batch: { maxAgeMs: 0, maxRecords: 20 }, endpoints: ['http://own.test', 'http://next.test'] },
      );
      for (let n = 1; n <= 300; n += 3) {
        test.reportNumbers(n, n + 2);
        await test.clock.advance(500 * random());
      }
      for (let minutes = 0; test.device.state().queued > 0; minutes++) {
        expect(minutes).toBeLessThan(120);
        await test.clock.advance(60_000);
      }
      const all = Array.from({ length: 300 }, (_, at) => at + 1);
      expect(gateway.numbers).toEqual(all);
      expect(test.accepted.concat(test.rejected.map(({ record }) => record.recordId)).sort()).toEqual(
        all.map((n) => `r${n}`).sort(),
      );
      expect(test.device.state().failures).toBeGreaterThan(5);
    },
  );
});
