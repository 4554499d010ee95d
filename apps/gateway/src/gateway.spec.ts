import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeReceipt } from '@sluice/contracts';
import { EventLogError } from '@sluice/event-log';
import { GatewayUnderTest, SEED_RECORD } from './testing/gateway-under-test.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const BROKEN_RECORD = { ...SEED_RECORD, timestamp: 'yesterday' };

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
beforeEach(() => {
  gateway.publisher.records.length = 0;
  gateway.publisher.reasonAgainst = () => undefined;
  gateway.publisher.error = undefined;
});
afterAll(() => gateway.stop());

describe('A single record', () => {
  it('A single record is answered 202 with a new id and its offset in the event log', async () => {
    const { status, headers, body } = await gateway.post(SEED_RECORD);
    expect(status).toBe(202);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(body).toEqual({
      record_id: expect.stringMatching(UUID_V7),
      device_id: 'dev-2',
      status: 'accepted',
      receipt: expect.any(String),
    });
    expect(decodeReceipt(body.receipt)).toEqual({ partition: 0, offset: 0 });
  });

  it('A single record is published as an event with its key, its headers and the time at which it was received', async () => {
    const { body } = await gateway.post(SEED_RECORD);
    const [record] = gateway.publisher.records;
    const [event] = gateway.events;
    expect(event).toEqual({ ...SEED_RECORD, record_id: body.record_id, received_at: expect.any(String) });
    expect(record).toMatchObject({ topic: 'ingest.events', timestampMs: Date.parse(event!.received_at) });
    expect(String(record!.key)).toBe('dev-2');
    expect(record!.headers).toEqual({ 'schema-version': '1', 'content-type': 'application/json' });
  });

  it('A single record keeps the record_id of the client, whatever characters it has', async () => {
    const { body } = await gateway.post({ ...SEED_RECORD, record_id: 'a "quoted\\ key' });
    expect(body.record_id).toBe('a "quoted\\ key');
    expect(gateway.events[0]!.record_id).toBe('a "quoted\\ key');
  });

  it('A single record is answered 422 with a pointer to each problem', async () => {
    const { status, headers, body } = await gateway.post({ device_id: 7, extra: 1, data_payload: {} });
    expect(status).toBe(422);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ code: 'invalid-record', status: 422, instance: '/ingest' });
    expect(body.errors!.map(({ pointer }) => pointer)).toEqual(['/device_id', '/timestamp', '/extra']);
    expect(gateway.publisher.records).toEqual([]);
  });

  it('A single record with very many problems lists a few of them, and how many there are at least', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field_${index}`, index]));
    const { body } = await gateway.post({ ...SEED_RECORD, ...unknown });
    expect(body.errors).toHaveLength(16);
    expect(body.detail).toContain('At least 20 things are wrong');
  });

  it('A single record is answered 503 with Retry-After when the log does not acknowledge it', async () => {
    gateway.publisher.reasonAgainst = () => 'no leader';
    const { status, headers, body } = await gateway.post(SEED_RECORD);
    expect(status).toBe(503);
    expect(body.code).toBe('log-unavailable');
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  it('A single record is answered 503 when the log refuses to publish at all', async () => {
    gateway.publisher.error = new EventLogError('topic-missing', 'make the topic first');
    const { status, body } = await gateway.post(SEED_RECORD);
    expect([status, body.code]).toEqual([503, 'log-unavailable']);
    expect(JSON.stringify(body)).not.toContain('make the topic');
  });

  it('A single record is answered 500 without a reason after an internal error, and the log has the reason', async () => {
    gateway.publisher.error = new TypeError('a bug');
    const { status, body } = await gateway.post(SEED_RECORD);
    expect([status, body.code]).toEqual([500, 'internal-error']);
    expect(JSON.stringify(body)).not.toContain('a bug');
    expect(gateway.logLines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});

describe('Many records', () => {
  it('Many records are answered 202 in the order of the request when all are accepted', async () => {
    const { status, body } = await gateway.post(['a', 'b', 'c'].map((record_id) => ({ ...SEED_RECORD, record_id })));
    expect(status).toBe(202);
    expect(body).toMatchObject({ accepted: 3, rejected: 0 });
    expect(body).not.toHaveProperty('retry');
    expect(body.results.map(({ index, record_id }) => [index, record_id])).toEqual([
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ]);
    expect(body.results[2]).toEqual({ index: 2, record_id: 'c', status: 'accepted', receipt: expect.any(String) });
  });

  it('Many records are published together', async () => {
    gateway.publisher.calls.length = 0;
    await gateway.post([SEED_RECORD, BROKEN_RECORD, SEED_RECORD]);
    expect(gateway.publisher.calls.map(({ entries }) => entries.length)).toEqual([2]);
  });

  it('Many records are answered 207 when some are rejected, with pointers that begin with the index of the record', async () => {
    const { status, headers, body } = await gateway.post([SEED_RECORD, BROKEN_RECORD, SEED_RECORD]);
    expect(status).toBe(207);
    expect(headers.has('retry-after')).toBe(false);
    expect(body).toMatchObject({ accepted: 2, rejected: 1 });
    expect(body.results.map((result) => result.status)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(body.results[1]!.problem).toMatchObject({
      code: 'invalid-record',
      status: 422,
      errors: [{ pointer: '/1/timestamp', code: 'timestamp' }],
    });
  });

  it('Many records are answered 207 with Retry-After when some are to be sent again', async () => {
    gateway.publisher.reasonAgainst = ({ key }) => (String(key) === 'dev-3' ? 'no leader' : undefined);
    const { status, headers, body } = await gateway.post([
      SEED_RECORD,
      { ...SEED_RECORD, device_id: 'dev-3' },
      BROKEN_RECORD,
    ]);
    expect(status).toBe(207);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(body).toMatchObject({ accepted: 1, rejected: 1, retry: 1 });
    expect(body.results.map((result) => result.status)).toEqual(['accepted', 'retry', 'rejected']);
    expect(body.results[1]!.problem).toMatchObject({ code: 'log-unavailable', status: 503 });
  });

  it('Many records are answered 422 when none is valid, with the problems of all', async () => {
    const { status, body } = await gateway.post([BROKEN_RECORD, 7, { ...SEED_RECORD, device_id: '' }]);
    expect([status, body.code]).toEqual([422, 'invalid-record']);
    expect(body.errors!.map(({ pointer }) => pointer)).toEqual(['/0/timestamp', '/1', '/2/device_id']);
  });

  it('Many records are answered 503 when none was accepted and a retry may succeed', async () => {
    gateway.publisher.reasonAgainst = () => 'no leader';
    const { status, headers, body } = await gateway.post([SEED_RECORD, BROKEN_RECORD]);
    expect([status, body.code]).toEqual([503, 'log-unavailable']);
    expect(headers.has('retry-after')).toBe(true);
    expect(body.errors!.map(({ pointer }) => pointer)).toEqual(['/1/timestamp']);
  });

  it('Many records are answered 413 when there are too many, as an array and as lines', async () => {
    const records = new Array(101).fill(SEED_RECORD);
    const asArray = await gateway.post(records);
    const asLines = await gateway.postLines(records.map((record) => JSON.stringify(record)));
    expect([asArray, asLines].map(({ status, body }) => [status, body.code])).toEqual([
      [413, 'too-many-records'],
      [413, 'too-many-records'],
    ]);
    expect(gateway.publisher.records).toEqual([]);
  });

  it('Many records on lines mean the same as in an array, and a torn line affects only its own record', async () => {
    const line = JSON.stringify(SEED_RECORD);
    const { status, body } = await gateway.postLines([`${line}\r`, '', ' \t\r', line.slice(0, -5), line]);
    expect(status).toBe(207);
    expect(body.results.map((result) => result.status)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(body.results[1]!.problem).toMatchObject({ code: 'invalid-json', errors: [{ pointer: '/1' }] });
  });
});

describe('Every answer', () => {
  it.each([
    ['accepted', SEED_RECORD],
    ['refused', {}],
  ])('Every answer has the id of its request: %s', async (_name, record) => {
    const { headers } = await gateway.post(record);
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('A valid trace context is forwarded with the event, and an invalid one is ignored', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await gateway.post(SEED_RECORD, { traceparent });
    await gateway.post(SEED_RECORD, { traceparent: '00-00000000000000000000000000000000-00f067aa0ba902b7-01' });
    expect(gateway.publisher.records.map(({ headers }) => headers['traceparent'])).toEqual([traceparent, undefined]);
  });
});

describe('The log of the gateway', () => {
  it('The log of the gateway has one warning for a log that does not acknowledge, and no payload and no device', async () => {
    const fresh = await GatewayUnderTest.start();
    fresh.publisher.reasonAgainst = () => 'no leader';
    for (let times = 0; times < 3; times++) await fresh.post(SEED_RECORD);
    await fresh.post({ ...SEED_RECORD, device_id: 'dev*2' });
    await fresh.stop();
    expect(fresh.logLines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(fresh.logLines.filter(({ msg }) => msg === 'refused')).toHaveLength(4);
    expect(JSON.stringify(fresh.logLines)).not.toMatch(/dev.2|gene_count/);
  });
});
