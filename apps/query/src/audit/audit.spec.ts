import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { uuidV7 } from '@sluice/contracts';
import { QueryUnderTest } from '../testing/query-under-test.js';
import type { AuditPage } from './audit-view.js';

let query: QueryUnderTest;
beforeEach(async () => void (query = await QueryUnderTest.start()));
afterEach(() => query.stop());

const AT_MS = Date.parse('2025-09-09T17:00:00Z');

/** Adds entries, one a second. */
async function write(count: number, content: (index: number) => object = () => ({ action: 'dead-letters.list' })) {
  for (let first = 0; first < count; first += 1000) {
    const ids = Array.from({ length: Math.min(1000, count - first) }, (_, index) => first + index);
    const entries = ids.map((index) => {
      const atMs = AT_MS + index * 1000;
      return {
        id: uuidV7(atMs),
        content: { at: new Date(atMs).toISOString(), who: 'token a', index, ...content(index) },
      };
    });
    await query.store.documents.add('audit', entries);
  }
}

async function page(parameters = ''): Promise<AuditPage> {
  const answer = await query.get<AuditPage>(`/audit${parameters}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

const indexesOf = ({ entries }: AuditPage) => entries.map(({ index }) => index);

describe('GET /audit', () => {
  it('GET /audit shows who did what and when, the newest first', async () => {
    await write(2);
    await query.get('/dead-letters/summary');
    const { entries, ...rest } = await page();
    expect(entries.map(({ action }) => action)).toEqual([
      'dead-letters.summary',
      'dead-letters.list',
      'dead-letters.list',
    ]);
    expect(entries[0]).toEqual({
      id: expect.any(String),
      at: '2025-09-09T17:00:10.000Z',
      who: '127.0.0.1',
      request_id: expect.any(String),
      action: 'dead-letters.summary',
    });
    expect(rest).toEqual({ has_more: false, next_cursor: null, partial: false });
  });

  it('GET /audit is itself recorded, with the number of entries that were read', async () => {
    await write(3);
    await page('?limit=2');
    expect((await page('?limit=1')).entries[0]).toMatchObject({ action: 'audit.list', count: 2 });
  });

  it('GET /audit pages through all entries, each once, while new ones arrive', async () => {
    await write(7);
    const seen: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const shown: AuditPage = await page(`?action=dead-letters&limit=3${cursor && `&cursor=${cursor}`}`);
      expect(shown.has_more).toBe(shown.next_cursor !== null);
      seen.push(...indexesOf(shown));
      cursor = shown.next_cursor;
    }
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0]);
  });

  it('GET /audit filters by an action or a group of actions, a name, a plan and a time', async () => {
    const actions = ['redrive.plan', 'redrive.start', 'redrives', 'dead-letters.show'];
    const plan_hash = 'ab'.repeat(32);
    await write(4, (index) => ({ action: actions[index], ...(index === 1 && { plan_hash, who: 'token b' }) }));
    expect(indexesOf(await page('?action=redrive'))).toEqual([1, 0]);
    expect(indexesOf(await page('?action=redrive.plan'))).toEqual([0]);
    expect(indexesOf(await page('?who=token%20b'))).toEqual([1]);
    expect(indexesOf(await page(`?plan_hash=${plan_hash}`))).toEqual([1]);
    expect(indexesOf(await page('?from=2025-09-09T17:00:01Z&to=2025-09-09T17:00:03Z'))).toEqual([2, 1]);
  });

  it('GET /audit ends a page early after many entries that do not match, and the cursor continues', async () => {
    await write(20_001, (index) => (index === 0 ? { action: 'redrive.start' } : { action: 'dead-letters.list' }));
    const first = await page('?action=redrive');
    expect(first).toMatchObject({ entries: [], has_more: true, partial: true });
    expect(indexesOf(await page(`?action=redrive&cursor=${first.next_cursor}`))).toEqual([0]);
  });

  it.each([
    ['?limit=501', '?limit'],
    ['?limit=0', '?limit'],
    ['?limit=1&limit=2', '?limit'],
    ['?from=soon', '?from'],
    ['?action=', '?action'],
    ['?cursor=x', '?cursor'],
    ['?user=a', '?user'],
    ['?who=a&who=b', '?who'],
  ])('GET /audit refuses %s with a pointer to %s', async (parameters, pointer) => {
    const { status, body } = await query.get(`/audit${parameters}`);
    expect({ status, pointer: body.errors?.[0]?.pointer }).toEqual({ status: 400, pointer });
  });

  it.each(['/audit?limit=1&limit=2', '/dead-letters?limit=1&limit=2', '/records?limit=1&limit=2'])(
    'GET %s names the parameter that is repeated',
    async (path) => {
      const { body } = await query.get(path);
      expect(body.errors).toEqual([
        { pointer: '?limit', code: 'repeated-parameter', detail: expect.stringContaining('once') },
      ]);
    },
  );

  it('GET /audit is answered 503 while the record store is unavailable', async () => {
    query.store.isAvailable = false;
    expect((await query.get('/audit')).body.code).toBe('store-unavailable');
  });
});
