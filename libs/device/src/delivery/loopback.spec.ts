import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@sluice/test-kit';
import type { DeviceOptions } from '../options.js';
import { LoopbackGateway } from '../testing/loopback-gateway.js';
import { TestDevice } from '../testing/test-device.js';

/** What a fake `fetch` cannot show: the platform's own one against a server that misbehaves. Time is moved by hand. */
describe('A device over real HTTP', () => {
  let gateway: LoopbackGateway;
  let test: TestDevice;

  beforeEach(async () => {
    gateway = await LoopbackGateway.start();
  });

  afterEach(async () => {
    await test.device.close({ timeoutMs: 0 });
    await gateway.stop();
  });

  function start(options: Partial<DeviceOptions> = {}): void {
    test = new TestDevice({ endpoints: gateway.origin, fetch: globalThis.fetch, ...options });
  }

  const ids = () => gateway.requests.map(({ records }) => records.map(({ record_id }) => record_id));

  it('A device over real HTTP sends gzip that the server can read', async () => {
    start({ gzip: true });
    const text = 'temperature '.repeat(200);
    test.device.report({ text });
    await until(() => test.accepted.length === 1);
    expect(gateway.requests[0]!.headers['content-encoding']).toBe('gzip');
    expect(Number(gateway.requests[0]!.headers['content-length'])).toBeLessThan(500);
    expect(gateway.requests[0]!.records[0]!.data_payload).toEqual({ text });
  });

  it('A device over real HTTP sends plain JSON when it is small, and after the gateway has refused gzip', async () => {
    start({ gzip: true });
    test.reportNumbers(1, 1);
    await until(() => test.accepted.length === 1);
    gateway.script.push((response) => response.writeHead(415).end());
    test.device.report({ text: 'x'.repeat(2000) }, { recordId: 'large' });
    await until(() => test.accepted.length === 2);
    expect(gateway.requests.map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'gzip', undefined]);
    expect(ids().slice(1)).toEqual([['large'], ['large']]);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    [
      'half a body',
      (response) => response.writeHead(202, { 'content-length': 1000 }).write('{"results":', () => response.destroy()),
    ],
    ['nothing but a closed connection', (response) => response.destroy()],
    ['a redirect', (response) => response.writeHead(307, { location: '/elsewhere' }).end()],
  ])('A device over real HTTP repeats under the same id after %s', async (_, misbehave) => {
    gateway.script.push(misbehave);
    start();
    test.reportNumbers(1, 1);
    await until(() => test.device.state().failures === 1);
    expect(test.device.state().lastError?.code).toBe('unreachable');
    await test.clock.advance(250);
    await until(() => test.accepted.length === 1);
    expect(ids()).toEqual([['r1'], ['r1']]);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['never answers', () => {}],
    ['answers half and then nothing', (response) => response.writeHead(202).write('{"results":')],
  ])('A device over real HTTP ends a request at its deadline when the server %s', async (_, misbehave) => {
    gateway.script.push(misbehave);
    start();
    test.reportNumbers(1, 1);
    await until(() => gateway.requests.length === 1);
    await test.clock.advance(10_000);
    expect(test.device.state().lastError?.code).toBe('timeout');
    await test.clock.advance(250);
    await until(() => test.accepted.length === 1);
  });

  it('A device over real HTTP reports an endpoint without a listener, and uses the next one', async () => {
    start({ endpoints: ['http://127.0.0.1:1', gateway.origin] });
    test.reportNumbers(1, 1);
    await until(() => test.device.state().failures === 1);
    await test.clock.advance(250);
    await until(() => test.accepted.length === 1);
  });

  it('A device over real HTTP ends a request that is in progress when it is closed', async () => {
    gateway.script.push(() => {});
    start();
    test.reportNumbers(1, 1);
    await until(() => gateway.requests.length === 1);
    await expect(test.device.close({ timeoutMs: 0 })).resolves.toEqual({ undelivered: 1 });
    expect(test.clock.pendingTimers).toBe(0);
  });
});
