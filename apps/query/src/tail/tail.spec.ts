import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DEVICE, DEVICES, NEIGHBOUR, PARTITION, PARTITIONS } from '../testing/devices.js';
import { anEvent, QueryUnderTest } from '../testing/query-under-test.js';
import { StreamClient } from '../testing/stream-client.js';
import { encodePosition } from './tail-position.js';

const QUICK = { maxReaders: 3, pollMs: 5, placeEveryMs: 20 };

let query: QueryUnderTest;
let readers: StreamClient[];

beforeEach(async () => {
  query = await QueryUnderTest.start(PARTITIONS, QUICK);
  readers = [];
});

afterEach(async () => {
  for (const reader of readers) reader.close();
  await query.stop();
});

async function tail(search = '', headers: Record<string, string> = {}): Promise<StreamClient> {
  const reader = await StreamClient.open(`${query.url}/events/tail${search}`, headers);
  readers.push(reader);
  return reader;
}

function arrive(deviceId: string, ...recordIds: string[]): void {
  for (const record_id of recordIds) query.log.events.appendEvent(anEvent({ device_id: deviceId, record_id }));
}

async function idsFrom(reader: StreamClient, count: number): Promise<unknown[]> {
  return (await reader.take(count)).map(({ data }) => data['record_id']);
}

describe('GET /events/tail', () => {
  it('The tail shows new events, in the form of the buffer view', async () => {
    arrive(DEVICE, 'before');
    const reader = await tail();
    await reader.next();
    arrive(DEVICE, 'after');
    const [event] = await reader.take(1);
    expect(event!.data).toMatchObject({ device_id: DEVICE, record_id: 'after', data_payload: { gene_count: 12 } });
    expect(event!.event).toBeUndefined();
  });

  it('The tail shows all events of the log from the earliest', async () => {
    for (const device of DEVICES) arrive(device, `${device}-a`, `${device}-b`);
    const ids = await idsFrom(await tail('?from=earliest'), 6);
    expect(ids).toEqual(DEVICES.flatMap((device) => [`${device}-a`, `${device}-b`]));
  });

  it('The tail of one device reads only its partition', async () => {
    arrive(NEIGHBOUR, 'n-1');
    for (const device of DEVICES) arrive(device, `${device}-1`);
    arrive(DEVICE, 'd-1', 'd-2');
    expect(await idsFrom(await tail(`?from=earliest&device_id=${DEVICE}`), 2)).toEqual(['d-1', 'd-2']);
    expect(new Set(query.log.events.peeks.map(({ partition }) => partition))).toEqual(new Set([PARTITION]));
  });

  it('An unreadable record is shown as such, and the tail continues after it', async () => {
    query.log.events.append({ key: Buffer.from(DEVICE), value: Buffer.from('{') });
    arrive(DEVICE, 'good');
    const [bad, good] = await (await tail('?from=earliest')).take(2);
    expect(bad!.data).toMatchObject({ record_id: null, undecodable: 'undecodable' });
    expect(good!.data).toMatchObject({ record_id: 'good' });
  });

  it('A quiet stream reports its position, which advances over events that it does not show', async () => {
    const reader = await tail(`?device_id=${DEVICE}`);
    await reader.next();
    const before = reader.lastId;
    arrive(NEIGHBOUR, 'n-1', 'n-2');
    while (reader.lastId === before) expect(await reader.next()).not.toHaveProperty('data');
    arrive(NEIGHBOUR, 'n-3');
    expect(reader.lastId).toBe(encodePosition([0, 1, 2].map((partition) => (partition === PARTITION ? 2 : 0))));
  });

  it('Readers at the same position share one read', async () => {
    const both = [await tail(), await tail()];
    for (const reader of both) await reader.next();
    query.log.events.peeks.length = 0;
    arrive(DEVICE, 'r-1');
    for (const reader of both) expect(await idsFrom(reader, 1)).toEqual(['r-1']);
    expect(query.log.events.peeks).toHaveLength(1);
  });
});

describe('A reader that reconnects', () => {
  it.each(['Last-Event-ID', 'from'])('A reader that reconnects gets each event once, by %s', async (way) => {
    arrive(DEVICES[0]!, 'a-1', 'a-2');
    arrive(DEVICES[1]!, 'b-1', 'b-2', 'b-3');
    const seen: unknown[] = [];
    let position = 'earliest';
    while (seen.length < 7) {
      const isHeader = way === 'Last-Event-ID' && seen.length > 0;
      const reader = isHeader
        ? await tail('?from=earliest', { 'last-event-id': position })
        : await tail(`?from=${position}`);
      seen.push(...(await idsFrom(reader, 1)));
      position = reader.lastId;
      reader.close();
      if (seen.length === 3) arrive(DEVICES[0]!, 'a-3', 'a-4');
      await whenReaders(0);
    }
    expect(seen.sort()).toEqual(['a-1', 'a-2', 'a-3', 'a-4', 'b-1', 'b-2', 'b-3']);
  });

  it('A reader that has seen nothing continues where it began', async () => {
    const first = await tail();
    await first.next();
    first.close();
    arrive(DEVICE, 'in-between');
    const second = await tail('', { 'last-event-id': first.lastId });
    expect(await idsFrom(second, 1)).toEqual(['in-between']);
  });

  it('A reader sees partitions that were added since from their beginning', async () => {
    arrive(DEVICES[2]!, 'new-partition');
    expect(await idsFrom(await tail(`?from=${encodePosition([0, 0])}`), 1)).toEqual(['new-partition']);
  });

  it('A reader gets the number of records that retention removed in between', async () => {
    arrive(DEVICE, 'r-0', 'r-1', 'r-2');
    query.log.events.low[PARTITION] = 2;
    const [gap, event] = await (await tail(`?from=${encodePosition([0, 0, 0])}`)).take(2);
    expect(gap).toMatchObject({ event: 'gap', data: { partition: PARTITION, missing: 2 } });
    expect(event!.data).toMatchObject({ record_id: 'r-2' });
  });

  it.each([
    ['no position', '?from=yesterday', '?from'],
    ['an empty one', '?from=', '?from'],
    ['one of another log, beyond the end', `?from=${encodePosition([0, 0, 9])}`, '?from'],
    ['one of a topic with more partitions', `?from=${encodePosition([0, 0, 0, 0])}`, '?from'],
  ])('The answer is 400 for %s', async (_, search, pointer) => {
    const { status, body } = await query.get(`/events/tail${search}`);
    expect({ status, body }).toMatchObject({ status: 400, body: { code: 'invalid-cursor', errors: [{ pointer }] } });
  });

  it('The answer is 400 for an invalid Last-Event-ID and for an unknown parameter', async () => {
    await expect(tail('', { 'last-event-id': '17' })).rejects.toThrow('header:last-event-id');
    await expect(tail('?since=0')).rejects.toThrow('invalid-parameter');
  });
});

describe('Readers of the tail', () => {
  it('The number of readers is limited, and a place becomes free when one leaves', async () => {
    const [first] = [await tail(), await tail(), await tail()];
    const { status, headers, body } = await query.get('/events/tail');
    expect([status, body.code]).toEqual([503, 'too-many-streams']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    first.close();
    await whenReaders(2);
    await tail();
  });

  it('Slow readers get back-pressure: nothing is read ahead, and nothing is lost', async () => {
    const payload = { text: 'x'.repeat(100_000) };
    const ids = Array.from({ length: 200 }, (_, n) => `r-${n}`);
    for (const record_id of ids) query.log.events.appendEvent(anEvent({ record_id, data_payload: payload }));
    const slow = await tail('?from=earliest');
    const quick = await tail('?from=earliest');
    expect(await idsFrom(quick, 200)).toEqual(ids);
    const furthest = Math.max(...query.log.events.peeks.map(({ fromOffset }) => fromOffset));
    expect(furthest).toBeGreaterThan(150);
    query.log.events.peeks.length = 0;
    expect(await idsFrom(slow, 200)).toEqual(ids);
    expect(Math.min(...query.log.events.peeks.map(({ fromOffset }) => fromOffset))).toBeLessThan(furthest);
  });

  it('Readers get the position to continue from when the service stops', async () => {
    arrive(DEVICE, 'r-1');
    const reader = await tail('?from=earliest');
    await reader.take(1);
    const stopped = query.stop();
    const blocks = await reader.take(2);
    expect(blocks).toEqual([
      expect.objectContaining({ event: 'end', data: { reason: 'stopping', position: reader.lastId } }),
    ]);
    await stopped;
  });

  it('Readers that read nothing do not delay a stop', async () => {
    for (let n = 0; n < 400; n++)
      query.log.events.appendEvent(anEvent({ record_id: `r-${n}`, data_payload: { text: 'x'.repeat(100_000) } }));
    await tail('?from=earliest');
    await query.stop();
  });

  it('Readers wait while the event log is unavailable, and continue when it is back', async () => {
    const reader = await tail();
    await reader.next();
    query.log.goAway();
    await reader.next();
    await reader.next();
    query.log.comeBack();
    arrive(DEVICE, 'r-1');
    expect(await idsFrom(reader, 1)).toEqual(['r-1']);
  });

  it('No reader starts while the event log is unavailable, or while the service stops', async () => {
    query.log.goAway();
    expect(await query.get('/events/tail')).toMatchObject({ status: 503, body: { code: 'log-unavailable' } });
    query.lifecycle.stopping();
    expect(await query.get('/events/tail')).toMatchObject({ status: 503, body: { code: 'stopping' } });
  });

  it('Nothing remains after a HEAD request', async () => {
    const response = await fetch(`${query.url}/events/tail`, { method: 'HEAD', headers: { connection: 'close' } });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    await whenReaders(0);
  });
});

/** Resolves when this many readers are connected: the server needs time to notice that one has left. */
async function whenReaders(count: number): Promise<void> {
  while (query.tailReaders !== count) await new Promise((resolve) => setImmediate(resolve));
}
