import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeCursor, type StoredRecord } from '@sluice/contracts';
import type { DevicesPageDto, LatestAnswerDto, LatestOfManyDto } from '@sluice/contracts/dto';
import { anEvent, QueryUnderTest } from '../testing/query-under-test.js';

let query: QueryUnderTest;
beforeEach(async () => (query = await QueryUnderTest.start()));
afterEach(() => query.stop());

/** The clock of the service is at 17:00:10. */
const AHEAD = { timestamp: '2099-01-01T00:00:00Z', record_id: 'ahead', received_at: '2025-09-09T17:00:09.000Z' };

describe('GET /devices', () => {
  const list = (search = '') => query.get<DevicesPageDto>(`/devices${search}`);
  const store = (...ids: string[]) => query.storeEvents(...ids.map((device_id) => anEvent({ device_id })));

  it('The list has each device with its last times', async () => {
    await query.storeEvents(
      anEvent(),
      anEvent({ record_id: 'old', timestamp: '2020-01-01T00:00:00Z' }),
      anEvent(AHEAD),
    );
    await query.storeEvents(anEvent({ ...AHEAD, device_id: 'only-ahead' }));
    expect((await list()).body).toEqual({
      complete_through: '2025-09-09T17:00:01.000Z',
      devices: [
        { device_id: 'dev-2', last_timestamp: '2025-09-09T17:00:00Z', last_received_at: '2025-09-09T17:00:09.000Z' },
        { device_id: 'only-ahead', last_timestamp: null, last_received_at: '2025-09-09T17:00:09.000Z' },
      ],
      has_more: false,
      next_cursor: null,
    });
  });

  it('The pages go through all devices of a prefix', async () => {
    await store('a', 'lab-7:a', 'lab-7:b', 'lab-7:c', 'lab-70', 'z');
    const walked: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: DevicesPageDto = (await list(`?prefix=lab-7:&limit=2${cursor && `&cursor=${cursor}`}`)).body;
      walked.push(...page.devices.map(({ device_id }) => device_id));
      cursor = page.next_cursor;
    }
    expect(walked).toEqual(['lab-7:a', 'lab-7:b', 'lab-7:c']);
  });

  it.each([
    ['limit=1001', '?limit', 'invalid-parameter'],
    ['prefix=a*', '?prefix', 'invalid-parameter'],
    ['device_id=a', '?device_id', 'invalid-parameter'],
    [`cursor=${encodeCursor({ partition: 0, offset: 0 })}`, '?cursor', 'invalid-cursor'],
    [`prefix=b&cursor=${encodeCursor({ afterDevice: 'a' })}`, '?cursor', 'invalid-cursor'],
  ])('The query %s is refused', async (search, pointer, code) => {
    const { status, body } = await query.get(`/devices?${search}`);
    expect({ status, code: body.code, pointers: body.errors?.map((error) => error.pointer) }).toEqual({
      status: 400,
      code,
      pointers: [pointer],
    });
  });
});

describe('GET /records/{device_id}/latest', () => {
  const latest = (search = '', device = 'dev-2') => query.get<LatestAnswerDto>(`/records/${device}/latest${search}`);

  it('The latest record is the one with the greatest timestamp, whatever came last', async () => {
    await query.storeEvents(anEvent(), anEvent({ record_id: 'late', timestamp: '2020-01-01T00:00:00Z' }));
    const { status, body } = await latest();
    expect(status).toBe(200);
    expect(body).toEqual({
      ...anEvent(),
      stored_at: '2025-09-09T17:00:01.500Z',
      ahead: null,
      complete_through: '2025-09-09T17:00:01.000Z',
    });
  });

  it('A record with a wrong clock does not hide the latest record, and is reported', async () => {
    await query.storeEvents(anEvent(), anEvent(AHEAD));
    expect((await latest()).body).toMatchObject({ record_id: 'r-1', ahead: AHEAD });
  });

  it('A record that is less far ahead than max_ahead is shown', async () => {
    const soon = { record_id: 'soon', timestamp: '2025-09-09T17:05:10Z' };
    await query.storeEvents(anEvent(), anEvent(soon));
    expect((await latest()).body).toMatchObject({ record_id: 'soon', ahead: null });
    expect((await latest('?max_ahead=299')).body).toMatchObject({ record_id: 'r-1', ahead: soon });
  });

  it('The answer says why there is no latest record', async () => {
    const none = await query.get('/records/unknown/latest');
    expect([none.status, none.body.code, none.body.detail]).toEqual([
      404,
      'not-found',
      expect.stringContaining('no stored'),
    ]);
    await query.storeEvents(anEvent(AHEAD));
    const { status, body } = await query.get('/records/dev-2/latest');
    expect([status, body.detail]).toEqual([404, expect.stringContaining('2099-01-01T00:00:00Z')]);
  });

  it.each(['?max_ahead=-1', '?max_ahead=x', '?max_ahead=99999999999'])('The query %s is refused', async (search) => {
    const { status, body } = await query.get(`/records/dev-2/latest${search}`);
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, '?max_ahead']);
  });
});

describe('POST /latest', () => {
  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${query.url}/latest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return {
      status: answer.status,
      body: (await answer.json()) as LatestOfManyDto & { code: string; errors: { pointer: string }[] },
    };
  };

  it('The answer has the latest record of each device in the order of the request, and the missing devices', async () => {
    await query.storeEvents(anEvent(), anEvent({ device_id: 'a' }), anEvent({ ...AHEAD, device_id: 'b' }));
    const { status, body } = await post({ device_ids: ['dev-2', 'b', 'none', 'a', 'dev-2'] });
    expect(status).toBe(200);
    expect(body.records.map((record: StoredRecord) => record.device_id)).toEqual(['dev-2', 'a']);
    expect(body.not_found).toEqual(['b', 'none']);
    expect(body.complete_through).toBe('2025-09-09T17:00:01.000Z');
    const far = await post({ device_ids: ['b'], max_ahead: 31_622_400 });
    expect(far.body.not_found).toEqual(['b']);
  });

  it.each([
    [[], ''],
    [{}, '/device_ids'],
    [{ device_ids: [] }, '/device_ids'],
    [{ device_ids: Array.from({ length: 501 }, (_, n) => `d-${n}`) }, '/device_ids'],
    [{ device_ids: ['a', 7] }, '/device_ids/1'],
    [{ device_ids: ['a*'] }, '/device_ids/0'],
    [{ device_ids: ['a'], max_ahead: '1' }, '/max_ahead'],
    [{ device_ids: ['a'], limit: 1 }, '/limit'],
  ])('The body %j is refused', async (request, pointer) => {
    const { status, body } = await post(request);
    expect([status, body.code, body.errors.map((error) => error.pointer)]).toEqual([
      400,
      'invalid-parameter',
      [pointer],
    ]);
  });

  it('A request may have 500 devices', async () => {
    const { status, body } = await post({ device_ids: Array.from({ length: 500 }, (_, n) => `d-${n}`) });
    expect([status, body.not_found.length]).toEqual([200, 500]);
  });

  it.each([
    ['{', 'application/json', 400, 'invalid-json'],
    ['{}', 'text/plain', 415, 'unsupported-media-type'],
    [`{"device_ids":["${'x'.repeat(200_000)}"]}`, 'application/json', 413, 'body-too-large'],
  ])('A body of another kind is refused', async (text, type, status, code) => {
    const answer = await post(text, { 'content-type': type });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });
});
