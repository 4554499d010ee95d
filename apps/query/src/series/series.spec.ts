import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonValue } from '@sluice/contracts';
import type { SeriesDto } from '@sluice/contracts/dto';
import { anEvent, QueryUnderTest } from '../testing/query-under-test.js';

let query: QueryUnderTest;
beforeEach(async () => (query = await QueryUnderTest.start()));
afterEach(() => query.stop());

const series = (search: string) => query.get<SeriesDto>(`/records/dev-2/series?${search}`);

/** A record for each value, with its second after 17:00. */
async function store(...values: [second: number, temp: JsonValue | undefined][]): Promise<void> {
  const events = values.map(([second, temp], n) =>
    anEvent({
      record_id: `r-${n}`,
      timestamp: new Date(Date.parse('2025-09-09T17:00:00Z') + second * 1000).toISOString(),
      data_payload: temp === undefined ? {} : { temp },
    }),
  );
  await query.storeEvents(...events);
}

describe('GET /records/{device_id}/series', () => {
  it('The series has numbers in buckets of UTC, oldest first, without empty ones', async () => {
    await store([0, 4], [59, 2], [60, 7], [30, 3], [200, 1], [10, '9'], [11, null], [12, undefined]);
    const { status, body } = await series('path=/temp&every=1m&fn=avg,min,max,count,sum,first,last,p50,p95');
    expect(status).toBe(200);
    const one = (start: string, value: number) => ({
      ...{ start, avg: value, min: value, max: value, count: 1, sum: value },
      ...{ first: value, last: value, p50: value, p95: value },
    });
    expect(body).toEqual({
      complete_through: '2025-09-09T17:00:01.000Z',
      device_id: 'dev-2',
      path: '/temp',
      missing: 1,
      non_numeric: 2,
      buckets: [
        {
          ...{ start: '2025-09-09T17:00:00.000Z', avg: 3, min: 2, max: 4, count: 3, sum: 9 },
          ...{ first: 4, last: 2, p50: 3, p95: 4 },
        },
        one('2025-09-09T17:01:00.000Z', 7),
        one('2025-09-09T17:03:00.000Z', 1),
      ],
    });
  });

  it('A range includes from and excludes to', async () => {
    await store([0, 1], [60, 2], [119, 3], [120, 4]);
    const { body } = await series(
      'path=/temp&every=1m&fn=sum&from=2025-09-09T17:01:00Z&to=2025-09-09T19:02:00%2B02:00',
    );
    expect(body.buckets).toEqual([{ start: '2025-09-09T17:01:00.000Z', sum: 5 }]);
  });

  it('The default functions are avg, min, max and count', async () => {
    await store([0, 1]);
    const { body } = await series('path=/temp&every=500ms');
    expect(Object.keys(body.buckets![0]!)).toEqual(['start', 'avg', 'min', 'max', 'count']);
  });

  it('A sum outside the range of a double is null', async () => {
    await store([0, 1.7e308], [1, 1.7e308]);
    expect((await series('path=/temp&every=1m&fn=sum,max')).body.buckets).toEqual([
      { start: '2025-09-09T17:00:00.000Z', sum: null, max: 1.7e308 },
    ]);
  });

  it('A path may go through objects and arrays, and through keys with slashes', async () => {
    await query.storeEvents(anEvent({ data_payload: { 'a/b': [{ '~': 5 }] } }));
    expect((await series('path=/a~1b/0/~0&every=1d&fn=last')).body.buckets).toEqual([
      { start: '2025-09-09T00:00:00.000Z', last: 5 },
    ]);
  });

  it('The series may have single points, oldest first, and the gaps between them', async () => {
    await store([2, 3], [0, 1], [1, 2], [500, 4], [501, 5]);
    const { body } = await series('path=/temp');
    expect(body.points!.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5]);
    expect(body.gaps).toEqual([{ from: '2025-09-09T17:00:02.000Z', to: '2025-09-09T17:08:20.000Z' }]);
    expect(body.buckets).toBeUndefined();
  });

  it('The chosen points keep the shape of the line', async () => {
    await store(...Array.from({ length: 2_000 }, (_, n): [number, number] => [n, n === 1_234 ? 99 : Math.sin(n / 50)]));
    const { points } = (await series('path=/temp&points=50')).body;
    expect(points!.length).toBeLessThanOrEqual(50);
    expect(points!.map(({ value }) => value)).toContain(99);
    expect([points![0]!.timestamp, points!.at(-1)!.timestamp]).toEqual([
      '2025-09-09T17:00:00.000Z',
      '2025-09-09T17:33:19.000Z',
    ]);
  });

  it('A device without records has an empty series', async () => {
    expect((await series('path=/temp&every=1m')).body).toMatchObject({ buckets: [], missing: 0, non_numeric: 0 });
    expect((await series('path=/temp')).body).toMatchObject({ points: [], gaps: [] });
  });

  it.each([
    ['every=1m', '?path'],
    ['path=temp', '?path'],
    ['path=', '?path'],
    ['path=/a~2b', '?path'],
    ['path=/t&every=5', '?every'],
    ['path=/t&every=0m', '?every'],
    ['path=/t&fn=avg', '?every'],
    ['path=/t&every=1m&fn=mean', '?fn'],
    ['path=/t&every=1m&fn=avg,avg', '?fn'],
    ['path=/t&every=1m&points=9', '?points'],
    ['path=/t&points=2', '?points'],
    ['path=/t&from=2025-09-09T17:00:00Z&to=2025-09-09T17:00:00Z', '?to'],
    ['path=/t&from=x', '?from'],
    ['path=/t&every=1s&from=2025-09-09T00:00:00Z&to=2025-09-10T00:00:00Z', '?every'],
    ['path=/t&limit=1', '?limit'],
  ])('The query %s is refused', async (search, pointer) => {
    const { status, body } = await query.get(`/records/dev-2/series?${search}`);
    expect([status, body.code, body.errors!.map((error) => error.pointer)]).toEqual([
      400,
      'invalid-parameter',
      [pointer],
    ]);
  });

  it('Unbounded buckets are refused, with the parameter that helps', async () => {
    await store(...Array.from({ length: 10_001 }, (_, n): [number, number] => [n, 1]));
    const { status, body } = await query.get('/records/dev-2/series?path=/temp&every=1s');
    expect([status, body.code, body.errors![0]!.pointer]).toEqual([413, 'too-many-values', '?every']);
  });
});

describe('A series of more records than one answer may read', () => {
  it('The series is refused, with the time from which the limit is reached', async () => {
    await query.stop();
    query = await QueryUnderTest.start(3, { heavy: { maxRecords: 3 } });
    await store([0, 1], [1, 2], [2, 3], [3, 4]);
    const { status, body } = await query.get('/records/dev-2/series?path=/temp&every=1m');
    expect([status, body.code, body.errors![0]!.pointer]).toEqual([413, 'too-many-values', '?from']);
    expect((await series('path=/temp&every=1m&from=2025-09-09T17:00:01Z&fn=count')).body.buckets).toHaveLength(1);
  });
});

describe('Heavy reads', () => {
  it('A third concurrent heavy read is refused', async () => {
    await store([0, 1]);
    const { values } = query.store;
    const opened = Promise.withResolvers<void>();
    query.store.values = async (...args) => {
      await opened.promise;
      return values.apply(query.store, args);
    };
    const held = [series('path=/temp'), series('path=/temp')];
    let refused = await query.get('/records/dev-2/series?path=/temp');
    expect([refused.status, refused.body.code]).toEqual([429, 'rate-limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    opened.resolve();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
    refused = await query.get('/records/dev-2/series?path=/temp');
    expect(refused.status).toBe(200);
  });
});
