import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { QueueOptions } from '../options.js';
import { FakeGateway, neverAnswer } from '../testing/fake-gateway.js';
import { rest } from '../testing/manual-clock.js';
import { TestDevice } from '../testing/test-device.js';

describe('A full queue', () => {
  let gateway: FakeGateway;
  let test: TestDevice;

  beforeEach(() => {
    gateway = new FakeGateway();
    gateway.reply = neverAnswer;
  });

  afterEach(() => test.end());

  /** Offline: the first request never ends, and its records are on their way. */
  function start(queue: QueueOptions, maxRecords = 2): void {
    test = new TestDevice({ queue, batch: { maxAgeMs: 0, maxRecords } }, gateway);
  }

  async function backOnline(): Promise<void> {
    gateway.reply = (request) => gateway.accept(request);
    await test.clock.advance(60_000);
  }

  const droppedIds = () => test.dropped.map(({ record }) => record.recordId);

  it('A full queue drops the oldest records that are not being sent, and reports and counts each', async () => {
    start({ maxRecords: 5, whenFull: 'drop-oldest' });
    test.reportNumbers(1, 3);
    await test.clock.advance(0);
    test.reportNumbers(4, 8);
    expect(test.dropped[0]).toEqual({
      record: { recordId: 'r3', timestamp: expect.any(String), payload: { n: 3 } },
      reason: 'queue-full',
    });
    expect(droppedIds()).toEqual(['r3', 'r4', 'r5']);
    expect(test.device.state()).toMatchObject({ reported: 8, dropped: 3, queued: 5 });
    await backOnline();
    expect(gateway.numbers).toEqual([1, 2, 6, 7, 8]);
  });

  it('A full queue drops the new record when all others are being sent', async () => {
    start({ maxRecords: 2 });
    test.reportNumbers(1, 2);
    await test.clock.advance(0);
    await expect(test.device.report({ n: 3 }, { recordId: 'r3' }).kept).resolves.toBe('dropped');
    expect(droppedIds()).toEqual(['r3']);
  });

  it('A full queue drops the newest record with whenFull set to drop-newest', async () => {
    start({ maxRecords: 3, whenFull: 'drop-newest' });
    test.reportNumbers(1, 5);
    expect(droppedIds()).toEqual(['r4', 'r5']);
    await backOnline();
    expect(gateway.numbers).toEqual([1, 2, 3]);
  });

  it('A full queue is bounded by bytes too, and makes room for a large record by dropping several', () => {
    start({ maxBytes: 1024 });
    test.reportNumbers(1, 8);
    expect(droppedIds()).toEqual([]);
    test.device.report({ text: 'x'.repeat(500) }, { recordId: 'large' });
    expect(droppedIds()).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'r6'].slice(0, droppedIds().length));
    expect(droppedIds().length).toBeGreaterThan(2);
    expect(test.device.state().queued).toBeGreaterThan(2);
    expect(test.device.state().queuedBytes).toBeLessThanOrEqual(1024);
  });

  it('A full queue counts bytes as they are on the wire, not characters', () => {
    start({ maxBytes: 1024 });
    expect(() => test.device.report({ text: '\u20ac'.repeat(400) })).toThrow(
      expect.objectContaining({ code: 'record-too-large' }),
    );
  });

  it('A full queue makes the caller wait with whenFull set to block, and loses nothing', async () => {
    start({ maxRecords: 2, whenFull: 'block' });
    test.reportNumbers(1, 2);
    const { kept } = test.device.report({ n: 3 }, { recordId: 'r3' });
    let settled: string | undefined;
    void kept.then((outcome) => (settled = outcome));
    await test.clock.advance(0);
    expect(settled).toBeUndefined();
    expect(test.device.state().queued).toBe(3);
    await backOnline();
    expect(settled).toBe('kept');
    expect(gateway.numbers).toEqual([1, 2, 3]);
    expect(test.dropped).toEqual([]);
  });

  it('A full queue keeps the order of blocked reports, even if a smaller one would fit', async () => {
    start({ maxBytes: 1024, whenFull: 'block' });
    for (const [n, length] of [
      [1, 700],
      [2, 800],
      [3, 1],
    ] as const)
      test.device.report({ n, text: 'x'.repeat(length) });
    await backOnline();
    expect(gateway.numbers).toEqual([1, 2, 3]);
  });

  it('A full queue refuses a report when too many are blocked: a caller that does not wait must get an error', () => {
    start({ maxRecords: 2, whenFull: 'block' });
    test.reportNumbers(1, 4);
    expect(() => test.device.report({ n: 5 })).toThrow(expect.objectContaining({ code: 'queue-full' }));
    expect(test.device.state()).toMatchObject({ reported: 4, queued: 4, dropped: 0 });
  });

  it('A full queue also flushes blocked reports', async () => {
    start({ maxRecords: 2, whenFull: 'block' });
    gateway.reply = (request) => gateway.accept(request);
    test.reportNumbers(1, 4);
    await test.device.flush();
    expect(gateway.numbers).toEqual([1, 2, 3, 4]);
  });

  it('A full queue drops blocked reports when the device is closed', async () => {
    start({ maxRecords: 2, whenFull: 'block' });
    test.reportNumbers(1, 2);
    const { kept } = test.device.report({ n: 3 }, { recordId: 'r3' });
    await rest();
    await expect(test.device.close({ timeoutMs: 0 })).resolves.toEqual({ undelivered: 3 });
    await expect(kept).resolves.toBe('dropped');
    expect(droppedIds().sort()).toEqual(['r1', 'r2', 'r3']);
  });
});
