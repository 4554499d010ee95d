import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CLIENT_HEADER, DEAD_LETTER_HEADERS } from '@sluice/contracts';
import { anEvent, QueryUnderTest } from '../testing/query-under-test.js';
import type { LettersPage } from './dead-letters-view.js';

let query: QueryUnderTest;
beforeEach(async () => void (query = await QueryUnderTest.start()));
afterEach(() => query.stop());

const AT_MS = Date.parse('2025-09-09T17:00:00Z');

/** Writes a letter of this device, a minute after the one before. */
function die(deviceId: string, recordId: string, reason = 'store-refused', minute = 0): void {
  const timestampMs = AT_MS + minute * 60_000;
  const headers = {
    'schema-version': '1',
    [DEAD_LETTER_HEADERS.reason]: reason,
    [DEAD_LETTER_HEADERS.at]: new Date(timestampMs).toISOString(),
  };
  query.log.deadLetters.appendEvent(anEvent({ device_id: deviceId, record_id: recordId }), { headers, timestampMs });
}

async function page(parameters = '') {
  const answer = await query.get<LettersPage>(`/dead-letters${parameters}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

const idsOf = ({ letters }: LettersPage) => letters.map(({ record_id }) => record_id);

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(query.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('GET /dead-letters', () => {
  it('The pages go through all partitions and show each letter once', async () => {
    for (let index = 0; index < 9; index++) die(`dev-${index}`, `r-${index}`);
    const seen: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const shown: LettersPage = await page(`?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(shown.has_more).toBe(shown.next_cursor !== null);
      seen.push(...idsOf(shown));
      cursor = shown.next_cursor;
    }
    expect(seen.toSorted()).toEqual(Array.from({ length: 9 }, (_, index) => `r-${index}`));
  });

  it('The list can be limited to a reason, a device and a time', async () => {
    die('dev-2', 'a', 'key-conflict', 0);
    die('dev-2', 'b', 'store-refused', 60);
    die('dev-3', 'c', 'key-conflict', 120);
    expect(idsOf(await page('?reason=key-conflict&device_id=dev-2'))).toEqual(['a']);
    expect(idsOf(await page('?from=2025-09-09T18:00:00Z&to=2025-09-09T19:00:00Z'))).toEqual(['b']);
    expect(idsOf(await page('?reason=key-conflict,store-refused')).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('The list shows undecodable letters, and the beginning of large ones', async () => {
    query.log.deadLetters.append({ key: null, value: Buffer.from([0xff, 0x00]) });
    query.log.deadLetters.append({ key: Buffer.from('dev-2'), value: Buffer.from(`"${'ä'.repeat(3000)}"`) });
    query.log.deadLetters.append({ key: Buffer.from('dev-2'), value: null });
    const { letters } = await page();
    const binary = letters.find(({ device_id }) => device_id === null);
    expect(binary).toMatchObject({ reason: 'unknown', value: null, size_bytes: 2, value_is_cut: false });
    const [large, empty] = letters.filter(({ device_id }) => device_id === 'dev-2');
    expect(large).toMatchObject({ size_bytes: 6002, value_is_cut: true, value: `"${'ä'.repeat(1023)}` });
    expect(empty).toMatchObject({ size_bytes: 0, value: null });
    const one = await query.get<Record<string, unknown>>(`/dead-letters/${binary!.partition}/${binary!.offset}`);
    expect(one.body).toMatchObject({
      value: null,
      value_base64: '/wA=',
      check: { would: 'fail', reason: 'undecodable' },
    });
  });

  it.each([
    ['?limit=101', '?limit'],
    ['?limit=1&limit=2', '?limit'],
    ['?device_id=a%2Ab', '?device_id'],
    ['?from=soon', '?from'],
    ['?cursor=x', '?cursor'],
    ['?state=open', '?state'],
  ])('The query %s is refused with a pointer to %s', async (parameters, pointer) => {
    const { status, body } = await query.get(`/dead-letters${parameters}`);
    expect({ status, pointer: body.errors?.[0]?.pointer }).toEqual({ status: 400, pointer });
  });

  it('The answer is 503 while an engine is unavailable, and 404 for an offset without a letter', async () => {
    expect((await query.get('/dead-letters/0/7')).status).toBe(404);
    expect((await query.get('/dead-letters/99/0')).status).toBe(404);
    expect((await query.get('/dead-letters/x/0')).status).toBe(400);
    query.log.goAway();
    expect((await query.get('/dead-letters')).body.code).toBe('log-unavailable');
    query.log.comeBack();
    query.store.isAvailable = false;
    expect((await query.get('/dead-letters')).body.code).toBe('store-unavailable');
  });

  it('A third concurrent search is refused with a retry', async () => {
    die('dev-2', 'a');
    const held: (() => void)[] = [];
    const { deadLetters } = query.log;
    const peek = deadLetters.peek.bind(deadLetters);
    deadLetters.peek = async (options) => {
      await new Promise<void>((resolve) => held.push(resolve));
      return peek(options);
    };
    const searches = [query.get('/dead-letters'), query.get('/dead-letters/summary')];
    while (held.length < 2) await new Promise(setImmediate);
    const third = await query.get('/dead-letters');
    expect({ status: third.status, after: third.headers.get('retry-after') }).toEqual({ status: 429, after: '2' });
    const heavy = (await query.metrics()).filter((line) => line.startsWith('sluice_heavy_reads_'));
    expect(heavy).toEqual([
      'sluice_heavy_reads_in_flight 2',
      'sluice_heavy_reads_waiting 0',
      'sluice_heavy_reads_refused_total{code="rate-limited"} 1',
      'sluice_heavy_reads_refused_total{code="buffer-behind"} 0',
    ]);
    deadLetters.peek = peek;
    for (const resume of held) resume();
    expect((await Promise.all(searches)).map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('POST /redrives', () => {
  it.each([
    ['{', 'invalid-json', undefined],
    ['[]', 'invalid-parameter', ''],
    [{ dry_run: true }, 'invalid-parameter', '/filter'],
    [{ filter: { reasons: [] }, dry_run: true }, 'invalid-parameter', '/filter/reasons'],
    [{ filter: { all: true }, dry_run: true }, 'invalid-parameter', '/filter/all'],
    [{ filter: { keys: ['nothing'] }, dry_run: true }, 'invalid-parameter', '/filter/keys'],
    [{ filter: { device_id: 'a' }, dry_run: true, rate: 0 }, 'invalid-parameter', '/rate'],
    [{ filter: { device_id: 'a' }, dry_run: true, edit: [{ op: 'move', path: '/a' }] }, 'invalid-parameter', '/edit/0'],
    [
      { filter: { device_id: 'a' }, dry_run: true, edit: [{ op: 'add', path: 'a', value: 1 }] },
      'invalid-parameter',
      '/edit/0',
    ],
    [{ plan_hash: 'x' }, 'invalid-parameter', '/plan_hash'],
    [{ plan_hash: '0'.repeat(64), rate: 5 }, 'invalid-parameter', '/rate'],
  ])('The body %j is refused as %s at %s', async (body, code, pointer) => {
    const answer = await post('/redrives', body);
    const errors = answer.body['errors'] as { pointer: string }[] | undefined;
    expect({ code: answer.body['code'], pointer: errors?.[0]?.pointer }).toEqual({ code, pointer });
  });

  it('A body that is larger than an edit may be is not read', async () => {
    expect((await post('/redrives', 'x'.repeat(600 * 1024))).body['code']).toBe('body-too-large');
  });

  it('The audit trail has the sender that the gateway reports', async () => {
    die('dev-2', 'a');
    const filter = { device_id: 'dev-2' };
    await post('/redrives', { filter, dry_run: true }, { [CLIENT_HEADER]: 'token%204f9a1c02b7e3' });
    const [row] = await query.store.documents.list('audit', {}, 10);
    expect(row!.content).toMatchObject({ who: 'token 4f9a1c02b7e3', action: 'redrive.plan' });
  });
});
