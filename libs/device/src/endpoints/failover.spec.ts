import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeviceOptions } from '../options.js';
import {
  FakeGateway,
  json,
  neverAnswer,
  problem,
  refuseConnection,
  type ReceivedRequest,
} from '../testing/fake-gateway.js';
import { TestDevice } from '../testing/test-device.js';

const OWN = 'http://own.test';
const NEXT = 'http://next.test';
const LAST = 'http://last.test';

describe('Failover of a device', () => {
  let gateway: FakeGateway;
  let test: TestDevice;
  let down: Set<string>;

  beforeEach(() => {
    gateway = new FakeGateway();
    down = new Set();
    gateway.reply = (request, signal) =>
      down.has(new URL(request.url).origin) ? refuseConnection(request, signal) : gateway.accept(request);
  });

  afterEach(() => test.end());

  function start(options: Partial<DeviceOptions> = {}): void {
    test = new TestDevice(
      { endpoints: [OWN, NEXT, LAST], circuit: { openMs: 10_000, maxOpenMs: 80_000 }, ...options },
      gateway,
    );
  }

  /** Reports once a second for this long. */
  async function reportFor(seconds: number, from: number): Promise<void> {
    for (let n = from; n < from + seconds; n++) {
      test.reportNumbers(n, n);
      await test.clock.advance(1000);
    }
  }

  function origins(requests: readonly ReceivedRequest[] = gateway.requests): string[] {
    return requests.map(({ url }) => new URL(url).origin);
  }

  it('A device goes to the next endpoint after one failure, within its backoff', async () => {
    down.add(OWN);
    start();
    test.reportNumbers(1, 1);
    await test.clock.advance(500);
    expect(origins()).toEqual([OWN, NEXT]);
    expect(gateway.numbers).toEqual([1]);
    expect(test.logCodes).toContain('endpoint-changed');
  });

  it('A device continues along the list', async () => {
    down.add(OWN).add(NEXT);
    start();
    test.reportNumbers(1, 1);
    await test.clock.advance(2000);
    expect(origins()).toEqual([OWN, NEXT, LAST]);
  });

  it('A device leaves a draining endpoint if there is another one, and probes it again later', async () => {
    gateway.reply = (request) => {
      const answer = gateway.accept(request);
      if (request.url.startsWith(OWN)) answer.headers.set('endpoint-draining', 'true');
      return answer;
    };
    start();
    await reportFor(3, 1);
    expect(origins()).toEqual([OWN, NEXT, NEXT]);
    await reportFor(8, 4);
    expect(origins().filter((origin) => origin === OWN)).toHaveLength(2);
    expect(gateway.numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('A device stays at an endpoint that drains when there is no other', async () => {
    gateway.reply = (request) => {
      const answer = gateway.accept(request);
      answer.headers.set('endpoint-draining', 'true');
      return answer;
    };
    start({ endpoints: OWN });
    await reportFor(3, 1);
    expect(gateway.numbers).toEqual([1, 2, 3]);
  });

  it('A device is back at its own endpoint with one request when that is healthy again', async () => {
    down.add(OWN);
    start();
    await reportFor(5, 1);
    down.delete(OWN);
    const before = gateway.requests.length;
    await reportFor(10, 6);
    const after = origins(gateway.requests.slice(before));
    expect(after[0]).toBe(NEXT);
    expect(after.at(-1)).toBe(OWN);
    expect(after.filter((origin, at) => at > 0 && origin !== after[at - 1])).toEqual([OWN]);
    expect(gateway.numbers).toEqual(Array.from({ length: 15 }, (_, at) => at + 1));
  });

  it('A device tries its own endpoint more and more rarely while that stays unavailable', async () => {
    down.add(OWN);
    start();
    await reportFor(240, 1);
    // 7.5 s, 15 s, 30 s and then 60 s apart: three quarters of 10 s, 20 s, 40 s and 80 s.
    expect(gateway.requestsTo(OWN)).toHaveLength(7);
    expect(gateway.stored.size).toBe(240);
  });

  it('A device does not flap: an endpoint that fails soon after its return is skipped for longer', async () => {
    start();
    for (let round = 0; round < 20; round++) {
      down.add(OWN);
      await reportFor(5, round * 10);
      down.delete(OWN);
      await reportFor(5, round * 10 + 5);
    }
    const changes = test.logCodes.filter((code) => code === 'endpoint-changed').length;
    expect(changes).toBeLessThan(14);
    expect(gateway.stored.size).toBe(200);
  });

  it('A device forgets the failures of an endpoint that has been healthy for long', async () => {
    down.add(OWN);
    start();
    await reportFor(60, 1);
    down.delete(OWN);
    await reportFor(200, 61);
    down.add(OWN);
    await reportFor(1, 261);
    const failures = gateway.requestsTo(OWN).length;
    await reportFor(9, 262);
    expect(gateway.requestsTo(OWN).length).toBe(failures + 1);
  });

  it('A device opens the circuit of the last endpoint after failures in a row, and lets one request through when it half-opens', async () => {
    down.add(OWN);
    start({ endpoints: OWN, circuit: { failures: 3, openMs: 40_000, maxOpenMs: 600_000 }, retry: { burst: 1000 } });
    test.reportNumbers(1, 1);
    await test.clock.advance(29_000);
    expect(gateway.requests).toHaveLength(3);
    await test.clock.advance(2000);
    expect(gateway.requests).toHaveLength(4);
    await test.clock.advance(58_000);
    expect(gateway.requests).toHaveLength(4);
    down.delete(OWN);
    await test.clock.advance(3000);
    expect(gateway.numbers).toEqual([1]);
  });

  it('A device waits when every endpoint is down, and delivers everything in order when they are back', async () => {
    down.add(OWN).add(NEXT).add(LAST);
    start();
    await reportFor(120, 1);
    expect(gateway.requests.length).toBeLessThan(25);
    down.clear();
    await test.clock.advance(200_000);
    expect(gateway.numbers).toEqual(Array.from({ length: 120 }, (_, at) => at + 1));
  });

  it('A device does not return to an endpoint before its Retry-After', async () => {
    gateway.script.push(() => problem(503, 'stopping', { 'retry-after': '60' }));
    start();
    await reportFor(60, 1);
    expect(gateway.requestsTo(OWN)).toHaveLength(1);
    await reportFor(31, 61);
    expect(gateway.requestsTo(OWN).length).toBeGreaterThan(1);
  });

  describe('A device with a directory', () => {
    let directory: object;
    let etag: string;

    beforeEach(() => {
      directory = listOf(OWN, NEXT);
      etag = '"1"';
      const ingest = gateway.reply;
      gateway.reply = (request, signal) => {
        if (request.method === 'POST' || down.has(new URL(request.url).origin)) return ingest(request, signal);
        const isKnown = request.headers['if-none-match'] === etag;
        return isKnown ? new Response(null, { status: 304 }) : json(200, directory, { etag });
      };
    });

    const SEED = 'http://seed.test';
    const listOf = (...urls: string[]) => ({
      version: `of ${urls.length}`,
      device_id: 'dev-1',
      endpoints: urls.map((url) => ({ url, draining: false })),
      ttl_seconds: 60,
    });
    const lookUps = () => gateway.requests.filter(({ method }) => method === 'GET');
    const posts = () => origins(gateway.requests.filter(({ method }) => method === 'POST'));

    it('A device with a directory asks for its list before the first request, with its id and its token', async () => {
      start({ endpoints: SEED, directory: true, deviceId: 'line:7', token: 'secret' });
      test.reportNumbers(1, 1);
      await test.clock.advance(0);
      expect(gateway.requests.map(({ url }) => url)).toEqual([`${SEED}/endpoints?device_id=line%3A7`, `${OWN}/ingest`]);
      expect(lookUps()[0]!.headers['authorization']).toBe('Bearer secret');
    });

    it('A device with a directory asks again after the time to live, with the ETag, and only when it has something to send', async () => {
      start({ endpoints: SEED, directory: true });
      test.reportNumbers(1, 1);
      await test.clock.advance(600_000);
      expect(lookUps()).toHaveLength(1);
      test.reportNumbers(2, 3);
      await test.clock.advance(0);
      expect(lookUps()).toHaveLength(2);
      expect(lookUps()[1]!.headers['if-none-match']).toBe('"1"');
      expect(posts()).toEqual([OWN, OWN]);
    });

    it('A device with a directory moves when the list changes, and before an endpoint that drains refuses it', async () => {
      start({ endpoints: SEED, directory: true });
      await reportFor(50, 1);
      directory = {
        ...listOf(OWN, NEXT),
        version: 2,
        endpoints: [
          { url: OWN, draining: true },
          { url: NEXT, draining: false },
        ],
      };
      etag = '"2"';
      await reportFor(30, 51);
      expect(posts().at(-1)).toBe(NEXT);
      expect(test.device.state().failures).toBe(0);
      expect(test.logCodes.filter((code) => code === 'directory-changed')).toHaveLength(2);
    });

    it('A device with a directory asks again soon after an endpoint has failed, but no more often than every ten seconds', async () => {
      start({ endpoints: SEED, directory: true });
      await reportFor(20, 1);
      down.add(OWN).add(NEXT);
      await reportFor(30, 21);
      expect(lookUps().length).toBeGreaterThan(1);
      expect(lookUps().length).toBeLessThan(6);
    });

    it.each<[string, () => Response]>([
      ['half a body', () => new Response('{"version":1,"endpoints":[{"url":"http://o', { status: 200 })],
      ['garbage', () => new Response('<html>', { status: 200 })],
      ['no list', () => json(200, { version: 1, ttl_seconds: 60 })],
      ['a list with something that is no URL', () => json(200, listOf(OWN, 'ftp://x'))],
      ['a list with an endpoint twice', () => json(200, listOf(OWN, `${OWN}/`))],
      ['a list with nothing in it', () => json(200, { endpoints: [null], ttl_seconds: 60 })],
      ['no time to live', () => json(200, { ...listOf(OWN), ttl_seconds: 'soon' })],
      ['nothing to find', () => problem(404, 'not-found')],
      ['an unrequested 304', () => new Response(null, { status: 304 })],
    ])('A device with a directory uses its configured endpoints when the directory answers %s', async (_, reply) => {
      gateway.script.push(reply);
      start({ endpoints: SEED, directory: true });
      test.reportNumbers(1, 1);
      await test.clock.advance(0);
      expect(posts()).toEqual([SEED]);
      expect(test.logCodes).toEqual(['unexpected-answer']);
    });

    it('A device with a directory uses its configured endpoints when the gateway has no list', async () => {
      start({ endpoints: [SEED, LAST], directory: true });
      await reportFor(1, 1);
      directory = listOf();
      etag = '"2"';
      await reportFor(80, 2);
      expect(posts()[0]).toBe(OWN);
      expect(posts().at(-1)).toBe(SEED);
      expect(test.logCodes).toEqual(['directory-changed', 'directory-changed', 'endpoint-changed']);
    });

    it('A device with a directory asks again when an answer reports that its endpoint drains, and has moved before it is refused', async () => {
      const answer = gateway.reply;
      let isDraining = false;
      gateway.reply = async (request, signal) => {
        const response = await answer(request, signal);
        if (isDraining && request.url.startsWith(OWN)) response.headers.set('endpoint-draining', 'true');
        return response;
      };
      start({ endpoints: SEED, directory: true });
      await reportFor(15, 1);
      isDraining = true;
      directory = {
        ...listOf(OWN, NEXT),
        endpoints: [
          { url: OWN, draining: true },
          { url: NEXT, draining: false },
        ],
      };
      etag = '"2"';
      await reportFor(20, 16);
      expect(posts().slice(-19)).toEqual(Array.from({ length: 19 }, () => NEXT));
      expect(lookUps()).toHaveLength(2);
      expect(test.device.state().failures).toBe(0);
    });

    it('A device with a directory delivers to its configured endpoints when the directory never answers', async () => {
      gateway.script.push(neverAnswer);
      start({ endpoints: SEED, directory: true, requestTimeoutMs: 2000 });
      test.reportNumbers(1, 1);
      await test.clock.advance(2000);
      expect(posts()).toEqual([SEED]);
      expect(test.logCodes).toEqual(['timeout']);
    });

    it('A device with a directory asks another gateway when the first one does not answer, and delivers meanwhile', async () => {
      down.add(SEED);
      start({ endpoints: [SEED, 'http://seed-2.test'], directory: true });
      await reportFor(20, 1);
      expect(origins(lookUps()).slice(0, 2)).toEqual([SEED, 'http://seed-2.test']);
      expect(posts().at(-1)).toBe(OWN);
      expect(gateway.stored.size).toBe(20);
    });
  });
});
