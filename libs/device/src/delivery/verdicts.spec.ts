import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeviceOptions } from '../options.js';
import { FakeGateway, json, manyResults, problem } from '../testing/fake-gateway.js';
import { TestDevice } from '../testing/test-device.js';

describe('The verdict of a gateway', () => {
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

  it('A device reports accepted records, with their receipts', async () => {
    const receipts: unknown[] = [];
    start({ onAccepted: (...args) => receipts.push(args) });
    test.reportNumbers(1, 2);
    await test.clock.advance(0);
    expect(receipts).toEqual([
      ['r1', 'receipt-1'],
      ['r2', 'receipt-2'],
    ]);
    expect(test.device.state()).toMatchObject({ reported: 2, accepted: 2, queued: 0, requests: 1 });
  });

  it('A device reads the short answer for a single record', async () => {
    gateway.reply = ({ ids }) =>
      json(202, { record_id: ids[0], device_id: 'dev-1', status: 'accepted', receipt: 'r-0' });
    start();
    test.reportNumbers(1, 1);
    await test.clock.advance(0);
    expect(test.accepted).toEqual(['r1']);
  });

  it('A device passes a rejected record to the handler and continues', async () => {
    const refusal = {
      code: 'invalid-record',
      errors: [{ pointer: '/timestamp', code: 'timestamp', detail: 'no zone' }],
    };
    gateway.script.push(({ records }) =>
      manyResults(207, [
        gateway.store(records[0]!),
        { status: 'rejected', problem: refusal },
        gateway.store(records[2]!),
      ]),
    );
    start();
    test.reportNumbers(1, 3);
    await test.clock.advance(0);
    expect(gateway.numbers).toEqual([1, 3]);
    expect(test.rejected).toEqual([
      { record: { recordId: 'r2', timestamp: expect.any(String), payload: { n: 2 } }, problem: refusal },
    ]);
    expect(test.device.state()).toMatchObject({ accepted: 2, rejected: 1, queued: 0 });
  });

  it('A device passes a payload to the handler as it was reported, whatever its keys are', async () => {
    gateway.reply = ({ records }) =>
      manyResults(
        207,
        records.map(() => ({ status: 'rejected', problem: { code: 'invalid-record' } })),
      );
    start();
    const payloads = [
      { h: [], '\\': 0 },
      { h: 1, '"': 2 },
    ];
    for (const payload of payloads) test.device.report(payload);
    await test.clock.advance(0);
    expect(test.rejected.map(({ record }) => record.payload)).toEqual(payloads);
  });

  it('A device keeps a record with the verdict retry and sends it again under its id', async () => {
    gateway.script.push(({ records }) =>
      manyResults(207, [gateway.store(records[0]!), { status: 'retry', problem: { code: 'log-unavailable' } }]),
    );
    start();
    test.reportNumbers(1, 2);
    await test.clock.advance(10_000);
    expect(gateway.requests.map(({ ids }) => ids)).toEqual([['r1', 'r2'], ['r2']]);
    expect(test.accepted).toEqual(['r1', 'r2']);
  });

  it('A device treats a 422 as the rejection of every record, each with its own errors', async () => {
    const errors = [
      { pointer: '/0/timestamp', code: 'timestamp', detail: 'no zone' },
      { pointer: '/1/data_payload', code: 'type', detail: 'no object' },
    ];
    gateway.script.push(() => json(422, { code: 'invalid-record', errors }));
    start();
    test.reportNumbers(1, 2);
    await test.clock.advance(0);
    expect(test.rejected.map(({ problem: { errors: own } }) => own)).toEqual([[errors[0]], [errors[1]]]);
    expect(test.device.state()).toMatchObject({ rejected: 2, queued: 0 });
  });

  it('A device splits a request that is too large, until the record that is too large is alone', async () => {
    gateway.reply = (request) =>
      request.ids.includes('r6') ? problem(413, 'body-too-large') : gateway.accept(request);
    start();
    test.reportNumbers(1, 8);
    await test.clock.advance(10_000);
    expect(gateway.numbers).toEqual([1, 2, 3, 4, 5, 7, 8]);
    expect(test.rejected.map(({ record }) => record.recordId)).toEqual(['r6']);
    expect(test.logCodes).toContain('batch-split');
  });

  it('A device learns the size that the gateway accepts', async () => {
    gateway.reply = (request) =>
      request.records.length > 10 ? problem(413, 'too-many-records') : gateway.accept(request);
    start();
    test.reportNumbers(1, 100);
    await test.clock.advance(10_000);
    expect(gateway.stored.size).toBe(100);
    expect(gateway.requests.length).toBeLessThan(25);
  });

  it('A device finds the one record that makes a request fail', async () => {
    gateway.reply = (request) => (request.ids.includes('r3') ? problem(400, 'invalid-json') : gateway.accept(request));
    start();
    test.reportNumbers(1, 4);
    await test.clock.advance(10_000);
    expect(gateway.numbers).toEqual([1, 2, 4]);
    expect(test.rejected.map(({ record, problem: { code } }) => [record.recordId, code])).toEqual([
      ['r3', 'invalid-json'],
    ]);
  });
});
