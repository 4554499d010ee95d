import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeCursor, encodeReceipt } from '@sluice/contracts';
import { EventLogError } from '@sluice/event-log';
import type { BufferAnswerDto } from './buffer-answer.dto.js';
import { DEVICE, DEVICES, idsOf, PARTITION, PARTITIONS } from './testing/devices.js';
import { anEvent, QueryUnderTest } from './testing/query-under-test.js';

let query: QueryUnderTest;

beforeEach(async () => {
  query = await QueryUnderTest.start(PARTITIONS);
});

afterEach(() => query.stop());

const check = (search = '') => query.get<BufferAnswerDto>(`/check-buffer${search}`);

function arrive(deviceId: string, ...recordIds: string[]): void {
  for (const record_id of recordIds) query.log.events.appendEvent(anEvent({ device_id: deviceId, record_id }));
}

describe('GET /check-buffer', () => {
  it('An empty buffer has no records, and the offsets of every partition', async () => {
    const { status, headers, text } = await check();
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    const partition = (n: number) => `{"partition":${n},"committed_offset":0,"high_watermark":0,"lag":0}`;
    expect(text).toBe(
      `{"waiting":0,"oldest_age_seconds":null,"state":"idle","reason":null,` +
        `"partitions":[${[0, 1, 2].map(partition).join(',')}],"records":[],"has_more":false,"next_cursor":null}`,
    );
  });

  it('A buffered record has its members in the order of the contract', async () => {
    arrive(DEVICE, 'r-1');
    const { text, body } = await check();
    expect(body).toMatchObject({ waiting: 1, oldest_age_seconds: 8.75, state: 'draining', reason: null });
    expect(text).toContain(
      `"records":[{"device_id":"dev-2","record_id":"r-1","timestamp":"2025-09-09T17:00:00Z",` +
        `"received_at":"2025-09-09T17:00:01.250Z","data_payload":{"gene_count":12,"sample_quality":0.98},` +
        `"receipt":"${encodeReceipt(PARTITION, 0)}"}]`,
    );
  });

  it('Every number of a payload comes back as it was sent', async () => {
    const value = Buffer.from(JSON.stringify(anEvent()).replace('"gene_count":12', '"a":-0,"b":5e-324,"c":0.1'));
    query.log.events.append({ key: Buffer.from(DEVICE), value });
    expect((await check()).text).toContain('"data_payload":{"a":-0,"b":5e-324,"c":0.1,');
  });

  it('Without the right to read records, totals and offsets stay, and the missing part is named', async () => {
    arrive(DEVICE, 'r-1');
    query.log.events.beforePeek = () => {
      throw new EventLogError('unavailable', 'TOPIC_AUTHORIZATION_FAILED', { failure: 'authorization' });
    };
    const { status, body } = await check();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      waiting: 1,
      oldest_age_seconds: null,
      state: 'draining',
      records: [],
      has_more: false,
    });
    expect(body.unavailable).toEqual([expect.objectContaining({ field: 'records', reason: 'authorization' })]);
    expect(body.partitions[PARTITION]).toMatchObject({ lag: 1 });
  });

  it('A foreign client disturbs the workers although no record is buffered', async () => {
    const note = JSON.stringify({ state: 'paused', reason: 'foreign_group_member', at: query.clock.nowText() });
    query.log.events.commit(0, 0, note);
    expect((await check()).body).toMatchObject({ waiting: 0, state: 'paused', reason: 'foreign_group_member' });
  });

  it('Records come by partition and then by offset, and all buffered ones are counted', async () => {
    for (const [partition, device] of [...DEVICES.entries()].reverse())
      arrive(device, `${partition}-a`, `${partition}-b`);
    const { body } = await check('?limit=5');
    expect(idsOf(body)).toEqual(['0-a', '0-b', '1-a', '1-b', '2-a']);
    expect(body).toMatchObject({ waiting: 6, has_more: true, next_cursor: encodeCursor({ partition: 2, offset: 1 }) });
  });

  it('Only records between the committed offset and the high watermark are shown', async () => {
    arrive(DEVICE, 'stored', 'waiting');
    query.log.events.commit(PARTITION, 1);
    const { body } = await check();
    expect(idsOf(body)).toEqual(['waiting']);
    expect(body.partitions[PARTITION]).toEqual({
      partition: PARTITION,
      committed_offset: 1,
      high_watermark: 2,
      lag: 1,
    });
  });

  it('An unreadable record is shown with the reason, and the page continues after it', async () => {
    query.log.events.append({ key: Buffer.from(DEVICE), value: Buffer.from('{') });
    arrive(DEVICE, 'r-2');
    const { body } = await check(`?device_id=${DEVICE}`);
    expect(body.records[0]).toEqual({
      device_id: null,
      record_id: null,
      timestamp: null,
      received_at: null,
      data_payload: null,
      receipt: encodeReceipt(PARTITION, 0),
      undecodable: 'undecodable',
    });
    expect(idsOf(body)).toEqual([null, 'r-2']);
  });

  describe('The age of the buffer', () => {
    it('The age is that of the oldest record of all partitions', async () => {
      const [younger, older] = DEVICES as [string, string];
      const { events } = query.log;
      events.appendEvent(anEvent({ device_id: younger }), { timestampMs: query.clock.now() - 1_000 });
      events.appendEvent(anEvent({ device_id: older }), { timestampMs: query.clock.now() - 2_345 });
      expect((await check()).body.oldest_age_seconds).toBe(2.345);
    });

    it('The age is that of the whole buffer, whichever page is requested', async () => {
      arrive(DEVICE, 'r-1');
      expect((await check('?device_id=unknown&limit=1')).body).toMatchObject({ waiting: 1, oldest_age_seconds: 8.75 });
    });

    it('The age is never below zero, although the clock of the gateway may be ahead', async () => {
      query.log.events.appendEvent(anEvent(), { timestampMs: query.clock.now() + 500 });
      expect((await check()).body.oldest_age_seconds).toBe(0);
    });

    it('The age follows the committed offset, and reads the first buffered record once for each', async () => {
      query.log.events.appendEvent(anEvent(), { timestampMs: query.clock.now() - 9_000 });
      query.log.events.appendEvent(anEvent(), { timestampMs: query.clock.now() - 4_000 });
      const headPeeks = () => query.log.events.peeks.filter(({ partition }) => partition === PARTITION).length;
      const other = `?device_id=${DEVICES[(PARTITION + 1) % PARTITIONS]}`;
      expect((await check(other)).body.oldest_age_seconds).toBe(9);
      query.clock.advance(1_000);
      expect((await check(other)).body.oldest_age_seconds).toBe(10);
      expect(headPeeks()).toBe(1);
      query.log.events.commit(PARTITION, 1);
      expect((await check(other)).body.oldest_age_seconds).toBe(5);
      expect(headPeeks()).toBe(2);
    });
  });

  describe('The state of the buffer', () => {
    const note = (reason: string, atMs: number) =>
      JSON.stringify({ state: 'paused', reason, at: new Date(atMs).toISOString() });

    it('The state is paused for the reason in the note of the worker', async () => {
      arrive(DEVICE, 'r-1');
      query.log.events.commit(PARTITION, 0, note('store_unreachable', query.clock.now() - 29_000));
      expect((await check()).body).toMatchObject({ state: 'paused', reason: 'store_unreachable' });
    });

    it('The state is draining once the note of the worker is 30 seconds old', async () => {
      arrive(DEVICE, 'r-1');
      query.log.events.commit(PARTITION, 0, note('store_unreachable', query.clock.now() - 30_000));
      expect((await check()).body).toMatchObject({ state: 'draining', reason: null });
    });

    it('The state is draining while the only paused worker has nothing to store', async () => {
      arrive(DEVICE, 'r-1');
      query.log.events.commit((PARTITION + 1) % PARTITIONS, 0, note('store_unreachable', query.clock.now()));
      expect((await check()).body).toMatchObject({ state: 'draining', reason: null });
    });

    it.each(['x', 'null', '{"state":"paused"}', '{"state":"sleeping","reason":"x","at":"2025-09-09T17:00:10Z"}'])(
      'The state ignores a foreign note: %s',
      async (foreign) => {
        arrive(DEVICE, 'r-1');
        query.log.events.commit(PARTITION, 0, foreign);
        expect((await check()).body).toMatchObject({ state: 'draining', reason: null });
      },
    );

    it('The state is paused without a worker when records are buffered and the group has no members', async () => {
      arrive(DEVICE, 'r-1');
      query.log.events.memberCount = 0;
      expect((await check()).body).toMatchObject({ state: 'paused', reason: 'no_worker' });
    });

    it('The state is idle without a worker when no record is buffered', async () => {
      query.log.events.memberCount = 0;
      expect((await check()).body).toMatchObject({ state: 'idle', reason: null });
    });
  });

  it('Records that the worker commits while the answer is prepared are still shown', async () => {
    arrive(DEVICE, 'r-1', 'r-2');
    query.log.events.beforePeek = () => query.log.events.commit(PARTITION, 2);
    expect(idsOf((await check()).body)).toEqual(['r-1', 'r-2']);
  });

  describe('GET /check-buffer while the event log is unavailable', () => {
    it('The answer has the cause and the delay of a retry, without the name of the broker', async () => {
      query.log.goAway();
      const { status, headers, text, body } = await query.get('/check-buffer');
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'log-unavailable' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(text).not.toContain('broker');
    });

    it('The answer names the step that creates a missing topic', async () => {
      query.log.goAway(new EventLogError('topic-missing', 'x'));
      expect((await query.get('/check-buffer')).body).toMatchObject({ status: 503, detail: /init/ });
    });

    it('The answer is that the service is stopping once it is', async () => {
      query.lifecycle.stopping();
      query.log.goAway(new EventLogError('closed', 'x'));
      expect((await query.get('/check-buffer')).body).toMatchObject({ status: 503, code: 'stopping' });
    });
  });
});
