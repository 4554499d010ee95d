import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeviceOptions } from '../options.js';
import { FakeGateway } from '../testing/fake-gateway.js';
import { TestDevice } from '../testing/test-device.js';

describe('A batch of a device', () => {
  let gateway: FakeGateway;
  let test: TestDevice;

  beforeEach(() => {
    gateway = new FakeGateway();
  });

  afterEach(() => test.end());

  function start(options: Partial<DeviceOptions> = {}): TestDevice {
    test = new TestDevice(options, gateway);
    return test;
  }

  it('A batch of a device waits until its oldest record has reached the age', async () => {
    const { device, clock } = start({ batch: { maxAgeMs: 1000 } });
    device.report({ n: 1 });
    await clock.advance(600);
    device.report({ n: 2 });
    await clock.advance(399);
    expect(gateway.requests).toHaveLength(0);
    await clock.advance(1);
    expect(gateway.requests.map(({ records }) => records.length)).toEqual([2]);
  });

  it('A batch of a device is sent at once when there are enough records', async () => {
    const { clock } = start({ batch: { maxAgeMs: 60_000, maxRecords: 3 } });
    test.device.report({ n: 1 });
    test.device.report({ n: 2 });
    await clock.advance(0);
    expect(gateway.requests).toHaveLength(0);
    test.device.report({ n: 3 });
    await clock.advance(0);
    expect(gateway.requests.map(({ records }) => records.length)).toEqual([3]);
  });

  it('A batch of a device is sent at once when there are enough bytes, and no request exceeds them', async () => {
    const { device, clock } = start({ batch: { maxAgeMs: 60_000, maxBytes: 1024 } });
    for (let n = 1; n <= 6; n++) device.report({ n, text: 'x'.repeat(300) });
    await clock.advance(0);
    expect(gateway.requests.map(({ records }) => records.length)).toEqual([2, 2]);
    expect(device.state().queued).toBe(2);
  });

  it('A batch of a device has a single record if that is larger than the limit', async () => {
    start({ batch: { maxAgeMs: 0, maxBytes: 1024 } });
    test.device.report({ n: 1, text: 'x'.repeat(2000) });
    test.device.report({ n: 2 });
    await test.clock.advance(0);
    expect(gateway.requests.map(({ records }) => records.length)).toEqual([1, 1]);
  });

  it('A batch of a device keeps the order of reports over many requests', async () => {
    start({ batch: { maxRecords: 7, maxAgeMs: 0 } });
    test.reportNumbers(1, 100);
    await test.clock.advance(0);
    expect(gateway.numbers).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
  });

  it('A batch of a device holds no timer while nothing is queued', async () => {
    const { device, clock } = start();
    device.report({});
    await clock.advance(0);
    expect(device.state().queued).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });
});
