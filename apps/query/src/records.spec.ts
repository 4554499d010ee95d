import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeCursor, type JsonObject } from '@sluice/contracts';
import type { RecordsPageDto } from '@sluice/contracts/dto';
import { READ_STEP_BYTES } from '@sluice/http';
import { MAX_BLIND_STEP_RECORDS, MAX_EXAMINED_RECORDS, MAX_PAGE_BYTES } from './records-view.js';
import { anEvent, QueryUnderTest } from './testing/query-under-test.js';

let query: QueryUnderTest;
let seconds: number;

beforeEach(async () => {
  query = await QueryUnderTest.start();
  seconds = 0;
});

afterEach(() => query.stop());

const list = (search = '') => query.get<RecordsPageDto>(`/records${search}`);
const idsOf = ({ records }: RecordsPageDto) => records.map(({ record_id }) => record_id);

/** Stores a record of each second since the last call's, the oldest first. */
async function store(...recordIds: string[]): Promise<void> {
  const events = recordIds.map((record_id) => {
    const timestamp = new Date(Date.parse('2025-09-09T17:00:00Z') + seconds++ * 1000).toISOString();
    return anEvent({ record_id, timestamp });
  });
  await query.storeEvents(...events);
}

interface AskedPage {
  limit: number;
  maxBytes: number | undefined;
}

/** The calls of the store from now on. */
function spyOnPages(): AskedPage[] {
  const asked: AskedPage[] = [];
  const { page } = query.store;
  query.store.page = (filter, limit, after, maxBytes) => {
    asked.push({ limit, maxBytes });
    return page.call(query.store, filter, limit, after, maxBytes);
  };
  return asked;
}

async function walk(search: string, between: () => Promise<void> = async () => undefined): Promise<RecordsPageDto[]> {
  const pages = [(await list(`?${search}`)).body];
  while (pages.at(-1)!.has_more) {
    await between();
    pages.push((await list(`?${search}&cursor=${pages.at(-1)!.next_cursor}`)).body);
  }
  return pages;
}

describe('GET /records', () => {
  it('A store without records has an empty page', async () => {
    const { status, headers, text } = await list();
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(text).toBe(
      '{"complete_through":"2025-09-09T17:00:01.000Z","records":[],"has_more":false,"next_cursor":null}',
    );
  });

  it('A record has its members in the order of the contract', async () => {
    await query.storeEvents(anEvent());
    expect((await list()).text).toBe(
      `{"complete_through":"2025-09-09T17:00:01.000Z","records":[{"device_id":"dev-2","record_id":"r-1","timestamp":"2025-09-09T17:00:00Z",` +
        `"received_at":"2025-09-09T17:00:01.250Z","stored_at":"2025-09-09T17:00:01.500Z",` +
        `"data_payload":{"gene_count":12,"sample_quality":0.98}}],"has_more":false,"next_cursor":null}`,
    );
  });

  it('Every number of a payload comes back as it was sent', async () => {
    const data_payload = { zero: -0, tiny: 5e-324, tenth: 0.1, ns: 1490745150008486243n, volt: 9.9e37 };
    await query.storeEvents(anEvent({ data_payload }));
    expect((await list()).text).toContain(
      '"data_payload":{"zero":-0,"tiny":5e-324,"tenth":0.1,"ns":1490745150008486243,"volt":9.9e+37}',
    );
  });

  it('The newest records come first, 100 by default', async () => {
    await store(...Array.from({ length: 101 }, (_, n) => `r-${n}`));
    const { body } = await list();
    expect(idsOf(body)).toEqual(Array.from({ length: 100 }, (_, n) => `r-${100 - n}`));
    expect(body.has_more).toBe(true);
  });

  it('A page may have a thousand records, and large reads begin only when they are known to be small', async () => {
    await store(...Array.from({ length: 1001 }, (_, n) => `r-${n}`));
    const asked = spyOnPages();
    const { body } = await list('?limit=1000');
    expect(new Set(idsOf(body)).size).toBe(1000);
    expect(body.has_more).toBe(true);
    expect(asked[0]).toEqual({ limit: MAX_BLIND_STEP_RECORDS, maxBytes: READ_STEP_BYTES });
    expect(asked.length).toBeLessThan(5);
  });

  it('A page of large payloads is read in steps, and ends before it has too many bytes', async () => {
    const data_payload: JsonObject = { text: 'x'.repeat(250_000) };
    const ids = Array.from({ length: 50 }, (_, n) => `r-${n}`);
    await query.storeEvents(...ids.map((record_id) => anEvent({ record_id, data_payload })));
    const asked = spyOnPages();
    const first = await list('?limit=1000');
    expect(Buffer.byteLength(first.text)).toBeLessThanOrEqual(MAX_PAGE_BYTES + 1_000);
    expect(first.body.has_more).toBe(true);
    expect(new Set(asked.map(({ maxBytes }) => maxBytes))).toEqual(new Set([READ_STEP_BYTES]));
    const pages = await walk('limit=1000');
    expect(pages[0]!.records).toHaveLength(Math.floor(MAX_PAGE_BYTES / 250_200));
    expect(pages.flatMap(idsOf)).toEqual(ids.sort());
  });

  it('The limit counts bytes, not characters', async () => {
    const data_payload: JsonObject = { text: '\u20ac'.repeat(80_000) };
    const ids = Array.from({ length: 40 }, (_, n) => `r-${n}`);
    await query.storeEvents(...ids.map((record_id) => anEvent({ record_id, data_payload })));
    expect(Buffer.byteLength((await list('?limit=1000')).text)).toBeLessThanOrEqual(MAX_PAGE_BYTES + 1_000);
  });

  it('A page that has begun ends where the store became unavailable, and the next one continues there', async () => {
    const data_payload: JsonObject = { text: 'x'.repeat(200_000) };
    const ids = Array.from({ length: 6 }, (_, n) => `r-${n}`);
    await query.storeEvents(...ids.map((record_id) => anEvent({ record_id, data_payload })));
    const { page } = query.store;
    let steps = 0;
    query.store.page = (...args) => {
      query.store.isAvailable = ++steps < 2;
      return page.apply(query.store, args);
    };
    const first = (await list()).body;
    query.store.page = page;
    query.store.isAvailable = true;
    const rest = (await list(`?cursor=${first.next_cursor}`)).body;
    expect([first.has_more, rest.has_more]).toEqual([true, false]);
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(ids);
    expect(idsOf(first)).not.toHaveLength(0);
  });

  it('The filter by device shows only its records', async () => {
    await query.storeEvents(anEvent(), anEvent({ device_id: 'dev-3', record_id: 'r-2' }));
    expect(idsOf((await list('?device_id=dev-3')).body)).toEqual(['r-2']);
  });

  it('A timestamp that the device did not write has its origin', async () => {
    await query.storeEvents(anEvent({ timestamp_sent: '1757437200', timestamp_source: 'device' }));
    expect((await list()).text).toContain(
      '"timestamp":"2025-09-09T17:00:00Z","timestamp_sent":"1757437200","timestamp_source":"device","received_at"',
    );
  });

  it.each(['run-17/sample-4', '..', ' x ', '%2F', 'latest'])(
    'The filter shows the one record %j of a device',
    async (record_id) => {
      await query.storeEvents(
        anEvent({ device_id: 'a/b', record_id }),
        anEvent({ device_id: 'a/b', record_id: 'other' }),
      );
      const one = new URLSearchParams({ device_id: 'a/b', record_id });
      expect(idsOf((await list(`?${one}`)).body)).toEqual([record_id]);
      expect(idsOf((await list(`?${one}&from=2030-01-01T00:00:00Z`)).body)).toEqual([]);
      expect(idsOf((await list('?device_id=a%2Fb&record_id=none')).body)).toEqual([]);
    },
  );

  it('The filter by instant works in any zone: from is included, to is not', async () => {
    await store('r-0', 'r-1', 'r-2', 'r-3');
    const { body } = await list('?from=2025-09-09T19:00:01%2B02:00&to=2025-09-09T17:00:03Z');
    expect(idsOf(body)).toEqual(['r-2', 'r-1']);
  });

  it('The pages show every record once, while newer ones are stored', async () => {
    await store(...Array.from({ length: 10 }, (_, n) => `r-${n}`));
    let late = 0;
    const pages = await walk('limit=3', () => store(`late-${late++}`));
    expect(pages.flatMap(idsOf)).toEqual(Array.from({ length: 10 }, (_, n) => `r-${9 - n}`));
    expect(pages.at(-1)!.next_cursor).toBeNull();
  });

  it('The pages keep the filter', async () => {
    await store('r-0', 'r-1', 'r-2', 'r-3', 'r-4');
    const pages = await walk('limit=1&device_id=dev-2&from=2025-09-09T17:00:01Z&to=2025-09-09T17:00:04Z');
    expect(pages.map(idsOf)).toEqual([['r-3'], ['r-2'], ['r-1']]);
  });

  describe('Records by the time of receipt', () => {
    const received = (second: number) => `2025-09-09T17:10:0${second}.000Z`;
    beforeEach(() =>
      query.storeEvents(
        ...[3, 1, 5, 2, 4].map((second, n) =>
          anEvent({ record_id: `r-${second}`, received_at: received(second), timestamp: `2025-09-09T17:00:0${n}Z` }),
        ),
      ),
    );

    it('The newest receipt comes first, in pages', async () => {
      expect(idsOf((await list('?order=received_at')).body)).toEqual(['r-5', 'r-4', 'r-3', 'r-2', 'r-1']);
      expect((await walk('order=received_at&limit=2')).map(idsOf)).toEqual([['r-5', 'r-4'], ['r-3', 'r-2'], ['r-1']]);
    });

    it('A range includes received_from and excludes received_to', async () => {
      const range = `received_from=${received(2)}&received_to=${received(5)}`;
      expect(idsOf((await list(`?${range}`)).body)).toEqual(['r-4', 'r-3', 'r-2']);
      expect(idsOf((await list(`?${range}&device_id=dev-2&order=timestamp`)).body)).toEqual(['r-4', 'r-2', 'r-3']);
      expect((await walk(`${range}&order=timestamp&limit=1`)).flatMap(idsOf)).toEqual(['r-4', 'r-2', 'r-3']);
    });

    it('The order may be combined with a range of timestamps', async () => {
      const range = 'order=received_at&from=2025-09-09T17:00:01Z&to=2025-09-09T17:00:04Z';
      expect(idsOf((await list(`?${range}`)).body)).toEqual(['r-5', 'r-2', 'r-1']);
      expect((await walk(`${range}&limit=2`)).flatMap(idsOf)).toEqual(['r-5', 'r-2', 'r-1']);
    });

    it('A cursor of the other order is refused', async () => {
      const { next_cursor } = (await list('?order=received_at&limit=1')).body;
      const { status, body } = await query.get(`/records?limit=1&cursor=${next_cursor}`);
      expect([status, body.code]).toEqual([400, 'invalid-cursor']);
    });
  });

  it('A page that skips many records has a cursor to continue', async () => {
    const count = MAX_EXAMINED_RECORDS + 5;
    const events = Array.from({ length: count }, (_, n) =>
      anEvent({
        record_id: `r-${n}`,
        timestamp: new Date(Date.parse('2025-09-09T00:00:00Z') - n * 1000).toISOString(),
      }),
    );
    events[count - 1]!.received_at = '2020-01-01T00:00:00.000Z';
    await query.storeEvents(...events);
    const first = (await list('?order=timestamp&received_to=2021-01-01T00:00:00Z')).body;
    expect([first.records.length, first.has_more]).toEqual([0, true]);
    const second = (await list(`?order=timestamp&received_to=2021-01-01T00:00:00Z&cursor=${first.next_cursor}`)).body;
    expect([idsOf(second), second.has_more]).toEqual([[`r-${count - 1}`], false]);
  });

  describe('Records of another state', () => {
    beforeEach(async () => {
      await store('stored');
      query.log.events.appendEvent(anEvent({ record_id: 'waiting' }));
      query.log.events.appendEvent(
        anEvent({ record_id: 'other', device_id: 'dev-3', timestamp: '2025-01-01T00:00:00Z' }),
      );
      query.log.events.append({ key: null, value: Buffer.from('{') });
      const headers = { 'dead-letter-reason': 'key-conflict', 'dead-letter-at': '2025-09-09T17:00:02.000Z' };
      query.log.deadLetters.append({ key: Buffer.from('dev-2'), value: Buffer.from('{"record_id":"dead"}'), headers });
    });

    it.each([
      ['state=stored', ['stored']],
      ['state=buffered', ['other', 'waiting']],
      ['state=buffered&device_id=dev-2', ['waiting']],
      ['state=buffered&from=2025-09-01T00:00:00Z', ['waiting']],
      ['state=dead_lettered', ['dead']],
      ['state=dead_lettered&device_id=dev-2&record_id=dead', ['dead']],
      ['state=dead_lettered&device_id=dev-2&record_id=waiting', []],
      ['state=dead_lettered&to=2030-01-01T00:00:00Z', []],
    ])('The list has %s: %j', async (search, ids) => {
      expect(idsOf((await list(`?${search}`)).body).sort()).toEqual(ids);
      expect((await walk(`limit=1&${search}`)).flatMap(idsOf).sort()).toEqual(ids);
    });

    it('A record has its location', async () => {
      const { records } = (await list('?state=dead_lettered')).body;
      expect(records).toEqual([expect.objectContaining({ state: 'dead_lettered', reason: 'key-conflict' })]);
    });
  });

  describe('Refusals of GET /records', () => {
    it.each([
      ['limit=0', '?limit'],
      ['limit=1001', '?limit'],
      ['limit=-1', '?limit'],
      ['limit=1.5', '?limit'],
      ['limit=1&limit=1', '?limit'],
      ['page=2', '?page'],
      ['device_id[$gt]=', '?device_id[$gt]'],
      ['device_id=%7B%22%24gt%22%3A%22%22%7D', '?device_id'],
      ['from=yesterday', '?from'],
      ['from[$gte]=2025-09-09T17:00:00Z', '?from[$gte]'],
      ['to=2025-09-09', '?to'],
      ['to=2025-09-09T17:00:00', '?to'],
      ['toString=x', '?toString'],
      ['record_id=r-1', '?device_id'],
      ['order=stored_at', '?order'],
      ['state=lost', '?state'],
      ['state=buffered&order=timestamp', '?order'],
      ['received_from=yesterday', '?received_from'],
      ['from=2025-09-10T00:00:00Z&to=2025-09-09T00:00:00Z', '?to'],
      ['received_from=2025-09-10T00:00:00Z&received_to=2025-09-09T00:00:00Z', '?received_to'],
      ['device_id=dev-2&record_id=%00', '?record_id'],
    ])('The query %s is refused with a pointer to the parameter', async (search, pointer) => {
      const { status, headers, body } = await query.get(`/records?${search}`);
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-parameter' });
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(body.errors!.map((error) => error.pointer)).toContain(pointer);
    });

    it('Every wrong parameter is reported at once', async () => {
      const { body } = await query.get('/records?limit=0&from=x&page=2');
      expect(body.errors!.map(({ pointer }) => pointer).sort()).toEqual(['?from', '?limit', '?page']);
    });

    const place = { timestampMs: Date.parse('2025-09-09T17:00:00Z'), deviceId: 'dev-2', recordId: 'r-1' };

    it.each([
      ['that is none', '', 'abc'],
      ['of /check-buffer', '', encodeCursor({ partition: 0, offset: 0 })],
      ['cut short', '', encodeCursor(place).slice(0, -5)],
      [
        'with an operator',
        '',
        Buffer.from('{"timestampMs":{"$gt":0},"deviceId":"a","recordId":"b"}').toString('base64url'),
      ],
      ['of another device', 'device_id=dev-3&', encodeCursor(place)],
      ['from before the range', 'from=2025-09-09T17:00:01Z&', encodeCursor(place)],
      ['from after the range', 'to=2025-09-09T17:00:00Z&', encodeCursor(place)],
    ])('A cursor %s is refused', async (_what, search, cursor) => {
      const { status, body } = await query.get(`/records?${search}cursor=${cursor}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 'invalid-cursor', errors: [{ pointer: '?cursor' }] });
    });
  });

  it('Records are shown while the event log is unavailable', async () => {
    await store('r-1');
    query.log.goAway();
    expect((await list()).status).toBe(200);
  });

  it('The answer says that the store is unavailable, and when to retry', async () => {
    query.store.isAvailable = false;
    const { status, headers, body } = await query.get('/records');
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'store-unavailable' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });
});
