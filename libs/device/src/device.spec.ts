import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeviceOptions } from './options.js';
import { FakeGateway, neverAnswer, problem } from './testing/fake-gateway.js';
import { rest } from './testing/manual-clock.js';
import { TestDevice } from './testing/test-device.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('A device', () => {
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

  describe('A report', () => {
    it('A report gives a record its id and its time before anything is sent', async () => {
      const { device, clock } = start();
      const { recordId, kept } = device.report({ temperature: 21.5 });
      expect(recordId).toMatch(UUID_V7);
      expect(gateway.requests).toHaveLength(0);
      await expect(kept).resolves.toBe('kept');
      await clock.advance(0);
      expect(gateway.requests[0]).toMatchObject({
        url: 'http://own.test/ingest',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        records: [
          {
            record_id: recordId,
            device_id: 'dev-1',
            timestamp: '2025-09-09T17:00:00.000Z',
            data_payload: { temperature: 21.5 },
          },
        ],
      });
    });

    it('A report sends the timestamp and the id that the caller gives, as they stand', async () => {
      const { device, clock } = start();
      device.report({}, { timestamp: '2025-09-09T19:00:00.25+02:00', recordId: 'mine' });
      device.report({}, { timestamp: new Date(0), recordId: 'epoch' });
      await clock.advance(0);
      const sent = gateway.requests.flatMap(({ records }) => records);
      expect(sent.map(({ record_id, timestamp }) => [record_id, timestamp])).toEqual([
        ['mine', '2025-09-09T19:00:00.25+02:00'],
        ['epoch', '1970-01-01T00:00:00.000Z'],
      ]);
    });

    it('A report is not touched by what the caller does to the payload afterwards', async () => {
      const { device, clock } = start();
      const payload = { n: 1 };
      device.report(payload);
      payload.n = 2;
      await clock.advance(0);
      expect(gateway.numbers).toEqual([1]);
    });

    it.each([
      ['a timestamp that is no time', {}, { timestamp: new Date(Number.NaN) }, 'invalid-timestamp'],
      ['an id that is too long', {}, { recordId: 'x'.repeat(129) }, 'invalid-record-id'],
      ['an id with a line break', {}, { recordId: 'a\nb' }, 'invalid-record-id'],
      ['a payload with NaN', { value: Number.NaN }, {}, 'invalid-payload'],
      ['a payload larger than the queue', { text: 'x'.repeat(2000) }, {}, 'record-too-large'],
    ])('A report refuses %s with a typed error', (_, payload, options, code) => {
      const { device } = start({ queue: { maxBytes: 1024 } });
      expect(() => device.report(payload, options)).toThrow(expect.objectContaining({ name: 'DeviceError', code }));
      expect(device.state()).toMatchObject({ reported: 0, queued: 0 });
    });
  });

  describe('The handlers of a device', () => {
    it('Handlers are called when the record has left the queue', async () => {
      const queued: number[] = [];
      const handler = () => queued.push(test.device.state().queued);
      start({ onAccepted: handler });
      test.reportNumbers(1, 2);
      await test.clock.advance(0);
      expect(queued).toEqual([0, 0]);
    });

    it('Handlers are replaced by rate-limited log lines when they are missing', async () => {
      gateway.reply = () => problem(422, 'invalid-record');
      start({ onRejected: undefined, batch: { maxRecords: 1, maxAgeMs: 0 } } as object);
      test.reportNumbers(1, 100);
      await test.clock.advance(0);
      expect(test.logged.map(({ message }) => parseInt(message))).toEqual([1, 2, 4, 8, 16, 32, 64]);
    });

    it('A device survives handlers that throw and handlers that reject', async () => {
      start({
        onAccepted: () => {
          throw new Error('handler');
        },
        metrics: () => Promise.reject(new Error('handler')),
      });
      const written: unknown[] = [];
      const original = console.error;
      console.error = (line) => written.push(line);
      try {
        test.reportNumbers(1, 2);
        await test.clock.advance(0);
      } finally {
        console.error = original;
      }
      expect(test.device.state()).toMatchObject({ accepted: 2, queued: 0 });
      expect(written).toContain('sluice device: handler-failed: A handler of the device failed: Error: handler');
    });

    it('A device reports each change to the metrics hook', async () => {
      const totals: Record<string, number> = {};
      start({ metrics: (name, value) => (totals[name] = (totals[name] ?? 0) + value) });
      test.reportNumbers(1, 3);
      await test.clock.advance(0);
      expect(totals).toMatchObject({ reported: 3, accepted: 3, requests: 1, requestMs: 0 });
    });
  });

  describe('A flush', () => {
    it('A flush does not wait for a full batch, and resolves when every record has its verdict', async () => {
      start({ batch: { maxAgeMs: 60_000 } });
      test.reportNumbers(1, 3);
      await test.device.flush();
      expect(gateway.numbers).toEqual([1, 2, 3]);
    });

    it('A flush resolves at once when no record is queued', async () => {
      await expect(start().device.flush()).resolves.toBeUndefined();
    });

    it('A flush waits for what was reported before it, not for what comes after', async () => {
      start({ batch: { maxAgeMs: 60_000 } });
      test.reportNumbers(1, 1);
      const flushed = test.device.flush();
      await rest();
      test.reportNumbers(2, 2);
      await flushed;
      expect(test.device.state().queued).toBe(1);
    });

    it('A flush rejects after its time with the reason, and delivery continues', async () => {
      gateway.reply = () => problem(503, 'log-unavailable', { 'retry-after': '1' });
      start();
      test.reportNumbers(1, 1);
      const flushed = test.device.flush({ timeoutMs: 5000 });
      await test.clock.advance(5000);
      await expect(flushed).rejects.toMatchObject({ code: 'flush-timeout', cause: { code: 'unavailable' } });
      gateway.reply = (request) => gateway.accept(request);
      await test.clock.advance(120_000);
      expect(gateway.numbers).toEqual([1]);
    });
  });

  describe('Closing a device', () => {
    it('Closing a device delivers the queued records, and then no report is accepted', async () => {
      start({ batch: { maxAgeMs: 60_000 } });
      test.reportNumbers(1, 3);
      await expect(test.device.close()).resolves.toEqual({ undelivered: 0 });
      expect(gateway.numbers).toEqual([1, 2, 3]);
      expect(() => test.device.report({})).toThrow(expect.objectContaining({ code: 'closed' }));
      await expect(test.device.flush()).rejects.toMatchObject({ code: 'closed' });
    });

    it('Closing a device cancels a request that does not end, and reports every record that is lost with it', async () => {
      gateway.reply = neverAnswer;
      start();
      test.reportNumbers(1, 2);
      const flushed = test.device.flush();
      await rest();
      const closed = test.device.close({ timeoutMs: 3000 });
      await test.clock.advance(3000);
      await expect(closed).resolves.toEqual({ undelivered: 2 });
      await expect(flushed).rejects.toMatchObject({ code: 'closed' });
      expect(test.dropped.map(({ record, reason }) => [record.recordId, reason])).toEqual([
        ['r1', 'closed'],
        ['r2', 'closed'],
      ]);
      expect(test.device.state()).toMatchObject({ dropped: 2, queued: 0 });
    });

    it('Closing a device does not wait for its time when no request is allowed before', async () => {
      gateway.reply = () => problem(503, 'overloaded', { 'retry-after': '60' });
      start();
      test.reportNumbers(1, 1);
      await test.clock.advance(0);
      await expect(test.device.close({ timeoutMs: 5000 })).resolves.toEqual({ undelivered: 1 });
    });

    it('A device can be closed twice, and without any report', async () => {
      const { device } = start();
      expect(device.close()).toBe(device.close());
      await expect(device.close()).resolves.toEqual({ undelivered: 0 });
    });
  });
});
