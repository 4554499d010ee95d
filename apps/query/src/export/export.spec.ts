import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeCursor, type JsonObject } from '@sluice/contracts';
import { until } from '@sluice/test-kit';
import { anEvent, QueryUnderTest } from '../testing/query-under-test.js';

let query: QueryUnderTest;
beforeEach(async () => (query = await QueryUnderTest.start()));
afterEach(() => query.stop());

const START_MS = Date.parse('2025-09-09T17:00:00Z');
const timeOf = (n: number) => new Date(START_MS + n * 1000).toISOString();

async function store(count: number, device_id = 'dev-2', payload?: (n: number) => JsonObject): Promise<void> {
  const events = Array.from({ length: count }, (_, n) =>
    anEvent({ device_id, record_id: `r-${n}`, timestamp: timeOf(n), data_payload: payload?.(n) ?? { n } }),
  );
  await query.storeEvents(...events);
}

const ask = (search: string, headers: Record<string, string> = {}) =>
  fetch(`${query.url}/export?${search}`, { headers });

/** The lines of an answer, parsed as JSON. */
async function lines(search: string): Promise<Record<string, unknown>[]> {
  const answer = await ask(search);
  expect(answer.status).toBe(200);
  const body = await answer.text();
  expect(body.endsWith('\n')).toBe(true);
  return body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const idsIn = (found: Record<string, unknown>[]) => found.map(({ record_id }) => record_id).filter(Boolean);

describe('GET /export', () => {
  it('An export has a line for each record, and a last line that says that it is complete', async () => {
    await store(3);
    await store(2, 'dev-3');
    const answer = await ask('device_id=dev-2');
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(answer.headers.get('sluice-complete-through')).toBe('2025-09-09T17:00:01.000Z');
    const found = await lines('device_id=dev-2');
    expect(idsIn(found)).toEqual(['r-2', 'r-1', 'r-0']);
    expect(found[0]).toEqual({
      ...anEvent({ record_id: 'r-2', timestamp: timeOf(2), data_payload: { n: 2 } }),
      stored_at: '2025-09-09T17:00:01.500Z',
    });
    expect(found.at(-1)).toEqual({ sluice_end: { complete: true, records: 3 } });
  });

  it('An export may have a time range, which includes from and excludes to', async () => {
    await store(4);
    const found = await lines(`from=${timeOf(1)}&to=${timeOf(3)}`);
    expect(idsIn(found)).toEqual(['r-2', 'r-1']);
  });

  it('An export without records has only its end', async () => {
    expect(await lines('device_id=none')).toEqual([{ sluice_end: { complete: true, records: 0 } }]);
  });

  it('An export has a cursor after every 1000 records, from which it can continue', async () => {
    await store(2_500);
    const found = await lines('device_id=dev-2');
    const cursors = found.flatMap((line, at) =>
      'sluice_cursor' in line ? [{ at, cursor: line['sluice_cursor'] }] : [],
    );
    expect(cursors.map(({ at }) => at)).toEqual([1_000, 2_001]);
    const rest = await lines(`device_id=dev-2&after=${String(cursors[1]!.cursor)}`);
    expect(idsIn(rest)).toEqual(idsIn(found).slice(2_000));
    expect(rest.at(-1)).toEqual({ sluice_end: { complete: true, records: 500 } });
  });

  it.each([
    ['a/b', 'x/y', 'a/b/x/y'],
    ['a/b', 'x/y', 'a%2Fb/x%2Fy'],
    ['a', '%41', 'a/%2541'],
    ['a', 'b c', 'a/b%20c'],
  ])('An export continues after the record %s %s, written %s', async (device_id, record_id, after) => {
    await query.storeEvents(
      anEvent({ device_id, record_id, timestamp: timeOf(1) }),
      anEvent({ device_id, record_id: 'older' }),
    );
    const device = encodeURIComponent(device_id);
    expect(idsIn(await lines(`device_id=${device}&after=${encodeURIComponent(after)}`))).toEqual(['older']);
  });

  it('The cells of csv contain no formula for a spreadsheet', async () => {
    const payloads: JsonObject[] = [
      { a: '=1+1', b: -5 },
      { a: 'x,"y"\n', b: [1, { c: 2n ** 60n }] },
      { a: null, b: true },
      { a: '@x' },
    ];
    await store(4, '-dev', (n) => payloads[n]!);
    const answer = await ask('device_id=-dev&format=csv&columns=/a,/b');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const rest = '2025-09-09T17:00:01.250Z,2025-09-09T17:00:01.500Z';
    expect(await answer.text()).toBe(
      [
        'device_id,record_id,timestamp,timestamp_sent,timestamp_source,received_at,stored_at,/a,/b',
        `'-dev,r-3,${timeOf(3)},,,${rest},'@x,`,
        `'-dev,r-2,${timeOf(2)},,,${rest},,true`,
        `'-dev,r-1,${timeOf(1)},,,${rest},"x,""y""\n","[1,{""c"":1152921504606846976}]"`,
        `'-dev,r-0,${timeOf(0)},,,${rest},'=1+1,-5`,
        '',
      ].join('\r\n'),
    );
    const asked = await ask('device_id=-dev&columns=/a', { accept: 'text/csv' });
    expect(asked.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  });

  it('A continued export has no header of columns', async () => {
    await store(2);
    const answer = await ask('device_id=dev-2&format=csv&columns=/n&after=dev-2/r-1');
    expect((await answer.text()).split('\r\n')).toHaveLength(2);
  });

  it.each([
    ['', '?device_id', 'invalid-parameter'],
    [`to=${timeOf(1)}`, '?device_id', 'invalid-parameter'],
    [`from=${timeOf(1)}&to=${timeOf(0)}`, '?to', 'invalid-parameter'],
    ['device_id=a&format=xml', '?format', 'invalid-parameter'],
    ['device_id=a&format=csv', '?columns', 'invalid-parameter'],
    ['device_id=a&format=csv&columns=temp', '?columns', 'invalid-parameter'],
    ['device_id=a&columns=/a', '?columns', 'invalid-parameter'],
    ['device_id=a&after=x', '?after', 'invalid-cursor'],
    ['device_id=a&after=a/none', '?after', 'invalid-cursor'],
    [`device_id=a&after=${encodeCursor({ timestampMs: 0, deviceId: 'b', recordId: 'r' })}`, '?after', 'invalid-cursor'],
    [
      `from=${timeOf(1)}&after=${encodeCursor({ timestampMs: 0, deviceId: 'b', recordId: 'r' })}`,
      '?after',
      'invalid-cursor',
    ],
  ])('The query %j is refused', async (search, pointer, code) => {
    const { status, headers, body } = await query.get(`/export?${search}`);
    expect([status, body.code, body.errors?.map((error) => error.pointer)]).toEqual([400, code, [pointer]]);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('The connection is destroyed when the store becomes unavailable, so that the client notices', async () => {
    await store(50, 'dev-2', () => ({ text: 'x'.repeat(10_000) }));
    const { page } = query.store;
    let slices = 0;
    query.store.page = (...args) => {
      query.store.isAvailable = ++slices < 3;
      return page.apply(query.store, args);
    };
    await expect((await ask('device_id=dev-2')).text()).rejects.toThrow();
    query.store.isAvailable = true;
    query.store.page = page;
    expect(await lines('device_id=dev-2')).toHaveLength(51);
  });

  it('The store is read as fast as the client reads, and no faster', async () => {
    await store(200, 'dev-2', () => ({ text: 'x'.repeat(100_000) }));
    const { page } = query.store;
    let slices = 0;
    query.store.page = (...args) => {
      slices++;
      return page.apply(query.store, args);
    };
    const asking = get(`${query.url}/export?device_id=dev-2`);
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    let settled = -1;
    await until(() => {
      const isSettled = slices === settled && slices > 0;
      settled = slices;
      return isSettled;
    });
    expect(slices).toBeLessThan(90);
    expect((await text(answer)).trimEnd().split('\n')).toHaveLength(201);
  }, 30_000);

  it('An export is one of the two concurrent heavy reads', async () => {
    await store(200, 'dev-2', () => ({ text: 'x'.repeat(100_000) }));
    const held = await Promise.all([1, 2].map(() => ask('device_id=dev-2')));
    const refused = await query.get('/export?device_id=dev-2');
    expect([refused.status, refused.body.code, Number(refused.headers.get('retry-after')) >= 1]).toEqual([
      429,
      'rate-limited',
      true,
    ]);
    const others = ['/dead-letters', '/dead-letters/summary', '/records/dev-2/series?path=/text'];
    for (const path of others) expect([path, (await query.get(path)).body.code]).toEqual([path, 'rate-limited']);
    await Promise.all(held.map((answer) => answer.body!.cancel()));
    await until(async () => (await ask('device_id=dev-2', { connection: 'close' })).status === 200);
  }, 30_000);
});
