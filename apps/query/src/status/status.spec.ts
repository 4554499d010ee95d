import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeNote, DEAD_LETTER_HEADERS, EVENTS_TOPIC } from '@sluice/contracts';
import { EventLogError } from '@sluice/event-log';
import { until } from '@sluice/test-kit';
import { DEVICE, PARTITION, PARTITIONS } from '../testing/devices.js';
import { anEvent, QueryUnderTest } from '../testing/query-under-test.js';
import { StreamClient } from '../testing/stream-client.js';

interface Sample {
  rates: { in_per_second: number; out_per_second: number } | null;
  buffer: {
    waiting: number;
    oldest_age_seconds: number | null;
    state: string;
    reason: string | null;
    partition_count: number;
    partitions: { partition: number; lag: number; oldest_age_seconds: number | null }[];
  } | null;
  recent: { device_id: string | null; record_id: string | null; preview: string; state: string }[] | null;
  dead_letters: { total: number; counted: number; reasons: Record<string, number> } | null;
  parts: Record<string, { state: string; reason: string | null }>;
}

let query: QueryUnderTest;
let pages: StreamClient[];

beforeEach(async () => {
  query = await QueryUnderTest.start(PARTITIONS, { maxPages: 2, sampleEveryMs: 5, historyEveryMs: 5 });
  pages = [];
});

afterEach(async () => {
  for (const page of pages) page.close();
  await query.stop();
});

async function open(): Promise<StreamClient> {
  const page = await StreamClient.open(`${query.url}/status/events`);
  pages.push(page);
  return page;
}

/** The first sample that meets the condition of a test. */
async function sampleWhere(page: StreamClient, holds: (sample: Sample) => boolean): Promise<Sample> {
  for (;;) {
    const [event] = await page.take<Sample>(1);
    if (event === undefined) throw new Error('The stream has ended.');
    if (holds(event.data)) return event.data;
  }
}

const sampleNow = async (): Promise<Sample> => sampleWhere(await open(), () => true);

function arrive(...recordIds: string[]): void {
  for (const record_id of recordIds) query.log.events.appendEvent(anEvent({ record_id }));
}

const deadLetterOf = (partition: number, offset: number): Record<string, string> => ({
  [DEAD_LETTER_HEADERS.reason]: 'key-conflict',
  [DEAD_LETTER_HEADERS.topic]: EVENTS_TOPIC,
  [DEAD_LETTER_HEADERS.partition]: String(partition),
  [DEAD_LETTER_HEADERS.offset]: String(offset),
});

describe('A sample', () => {
  it('A sample without buffered records shows that every part answers', async () => {
    const { buffer, recent, dead_letters, parts } = await sampleNow();
    expect(buffer).toMatchObject({ waiting: 0, oldest_age_seconds: null, state: 'idle', partition_count: PARTITIONS });
    expect([recent, dead_letters]).toEqual([[], { total: 0, undecided: 0, counted: 0, reasons: {} }]);
    expect(Object.values(parts)).toEqual(Array.from({ length: 3 }, () => ({ state: 'up', reason: null })));
  });

  it('A sample has the lag and the age of each partition', async () => {
    arrive('r-1', 'r-2');
    const { buffer } = await sampleNow();
    expect(buffer).toMatchObject({ waiting: 2, oldest_age_seconds: 8.75, state: 'draining' });
    expect(buffer!.partitions[PARTITION]).toEqual({ partition: PARTITION, lag: 2, oldest_age_seconds: 8.75 });
  });

  it('A sample has the rates of the last seconds', async () => {
    const page = await open();
    await sampleWhere(page, () => true);
    arrive(...Array.from({ length: 20 }, (_, n) => `r-${n}`));
    query.log.events.commit(PARTITION, 10);
    query.clock.advance(2000);
    const { rates } = await sampleWhere(page, (sample) => sample.rates !== null);
    expect(rates).toEqual({ in_per_second: 10, out_per_second: 5 });
  });

  it('A sample has the newest records, newest first, with their states', async () => {
    arrive('r-1', 'r-2');
    query.log.events.append({
      key: Buffer.from(DEVICE),
      value: Buffer.from('{'),
      timestampMs: Date.parse('2026-01-01'),
    });
    query.log.events.commit(PARTITION, 1);
    const { recent } = await sampleNow();
    expect(recent!.map(({ record_id, state }) => [record_id, state])).toEqual([
      [null, 'waiting'],
      ['r-2', 'waiting'],
      ['r-1', 'stored'],
    ]);
    expect(recent![0]!.preview).toBe('undecodable');
  });

  it('A sample never shows a dead-lettered record as stored', async () => {
    arrive('r-1', 'r-2', 'r-3');
    query.log.deadLetters.append({ key: Buffer.from(DEVICE), headers: deadLetterOf(PARTITION, 1) });
    query.log.deadLetters.append({ key: Buffer.from(DEVICE), headers: deadLetterOf(PARTITION, 2) });
    query.log.events.commit(PARTITION, 2);
    const { recent } = await sampleNow();
    expect(Object.fromEntries(recent!.map(({ record_id, state }) => [record_id, state]))).toEqual({
      'r-1': 'stored',
      'r-2': 'dead_lettered',
      'r-3': 'waiting',
    });
  });

  it('A sample shows a committed record as settled while the dead letters are unknown', async () => {
    arrive('r-1');
    query.log.events.commit(PARTITION, 1);
    query.log.deadLetters.error = new EventLogError('unavailable', 'away');
    expect((await sampleNow()).recent).toMatchObject([{ record_id: 'r-1', state: 'settled' }]);
  });

  it('A sample shows no record as stored before the newest dead letter is read', async () => {
    arrive('r-1');
    const others = Array.from({ length: 30 }, (_, n) => deadLetterOf(PARTITION, 100 + n));
    for (const headers of others) query.log.deadLetters.append({ key: Buffer.from(DEVICE), headers });
    query.log.deadLetters.append({ key: Buffer.from(DEVICE), headers: deadLetterOf(PARTITION, 0) });
    query.log.events.commit(PARTITION, 1);
    const page = await open();
    const states: string[] = [];
    await sampleWhere(page, ({ recent }) => states.push(recent![0]!.state) > 0 && states.at(-1) === 'dead_lettered');
    expect(states).not.toContain('stored');
  });

  it('A sample shows only the beginning of a large payload', async () => {
    query.log.events.appendEvent(anEvent({ data_payload: { text: 'x'.repeat(200_000) } }));
    const { recent } = await sampleNow();
    expect(recent![0]!.preview.length).toBeLessThan(200);
  });

  it('A sample has the reason of a paused worker, and shows when there is none', async () => {
    arrive('r-1');
    query.log.events.commit(
      PARTITION,
      0,
      encodeNote({ state: 'paused', reason: 'store_unreachable', at: query.clock.nowText() }),
    );
    const page = await open();
    expect((await sampleWhere(page, () => true)).parts['buffer_worker']).toEqual({
      state: 'paused',
      reason: 'store_unreachable',
    });
    query.log.events.memberCount = 0;
    const { parts } = await sampleWhere(page, (sample) => sample.parts['buffer_worker']!.state === 'down');
    expect(parts['buffer_worker']!.reason).toBe('no_worker');
  });

  it('A sample shows which engine is unavailable, and all values again when it is back', async () => {
    arrive('r-1');
    query.store.isAvailable = false;
    const page = await open();
    const away = await sampleWhere(page, () => true);
    expect([away.parts['record_store']!.state, away.buffer!.waiting]).toEqual(['down', 1]);
    query.log.goAway();
    const without = await sampleWhere(page, ({ buffer }) => buffer === null);
    expect([without.parts['event_log']!.state, without.parts['buffer_worker']!.state]).toEqual(['down', 'unknown']);
    query.log.comeBack();
    expect((await sampleWhere(page, ({ buffer }) => buffer !== null)).buffer!.waiting).toBe(1);
  });

  it('A sample counts dead letters by reason, each once, whatever their headers', async () => {
    const die = (reason: string) =>
      query.log.deadLetters.append({ key: Buffer.from(DEVICE), headers: { [DEAD_LETTER_HEADERS.reason]: reason } });
    for (const reason of ['key-conflict', 'key-conflict', 'undecodable', '<script>']) die(reason);
    const page = await open();
    const reasons = { 'key-conflict': 2, undecodable: 1, other: 1 };
    expect((await sampleWhere(page, () => true)).dead_letters).toEqual({ total: 4, undecided: 4, counted: 4, reasons });
    die('key-conflict');
    const { dead_letters } = await sampleWhere(page, (sample) => sample.dead_letters?.total === 5);
    expect(dead_letters).toEqual({ total: 5, undecided: 5, counted: 5, reasons: { ...reasons, 'key-conflict': 3 } });
  });
});

describe('GET /status', () => {
  it('A discarded dead letter does not count as undecided', async () => {
    query.log.deadLetters.append({ key: Buffer.from(DEVICE), value: Buffer.from('{}') });
    query.log.deadLetters.append({ key: Buffer.from(DEVICE), value: Buffer.from('{}') });
    const undecided = async () =>
      (await query.get<{ dead_letters: { undecided: number } }>('/status')).body.dead_letters.undecided;
    expect(await undecided()).toBe(2);
    const response = await fetch(`${query.url}/dead-letters/${PARTITION}/0/discard`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: '{"why": "a test"}',
    });
    expect(response.status).toBe(200);
    query.clock.advance(5000);
    expect(await undecided()).toBe(1);
  });

  it('The answer is one sample, with the workers and their partitions', async () => {
    const { status, body } = await query.get<Sample & { workers: object[]; names: object }>('/status');
    expect([status, body.buffer!.state]).toEqual([200, 'idle']);
    expect(body.workers).toEqual([{ client_id: 'worker', host: null, partitions: [0, 1, 2] }]);
    expect(body.names).toEqual({
      events: EVENTS_TOPIC,
      dead_letters: 'ingest.dead-letters',
      store_group: 'sluice-store',
    });
  });

  it('Query parameters are refused', async () => {
    expect(await query.get('/status?x=1')).toMatchObject({ status: 400, body: { code: 'invalid-parameter' } });
  });
});

describe('GET /status/history', () => {
  interface History {
    at: string[];
    received_per_second: (number | null)[];
    waiting: (number | null)[];
    dead_letters: (number | null)[];
  }
  const history = async (parameters = '') => (await query.get<History>(`/status/history${parameters}`)).body;

  it('The history has points from before the page was opened', async () => {
    arrive('r-1', 'r-2');
    query.clock.advance(2000);
    const { at, waiting } = await until('a point with the records', async () => {
      const answer = await history();
      return answer.waiting.at(-1) === 2 ? answer : undefined;
    });
    expect(at).toHaveLength(waiting.length);
    expect(await history(`?since=${at.at(-1)}`)).toMatchObject({ at: [], dead_letters: [] });
  });

  it('An invalid time is refused', async () => {
    const { status, body } = await query.get('/status/history?since=yesterday&until=x');
    expect([status, body.errors?.map(({ pointer }) => pointer)]).toEqual([400, ['?until', '?since']]);
  });
});

describe('The sampler', () => {
  it('All pages share one sampler', async () => {
    const both = [await open(), await open()];
    const samples = await Promise.all(both.map((page) => page.take(1)));
    expect(samples[0]).toEqual(samples[1]);
  });

  it('The number of pages is limited', async () => {
    await open();
    await open();
    expect(await query.get('/status/events')).toMatchObject({ status: 503, body: { code: 'too-many-streams' } });
  });

  it('The streams end when the service stops', async () => {
    const page = await open();
    const stopped = query.stop();
    while ((await page.next()) !== undefined);
    await stopped;
  });
});
