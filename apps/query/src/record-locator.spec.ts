import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeEvent, partitionOf } from '@sluice/contracts';
import type { RecordWhereaboutsDto } from '@sluice/contracts/dto';
import type { LogEntry } from '@sluice/event-log';
import { MAX_SCANNED_RECORDS } from './log-scan.js';
import { anEvent, QueryUnderTest } from './testing/query-under-test.js';

const PARTITIONS = 3;
const PARTITION = partitionOf('dev-2', PARTITIONS);

let query: QueryUnderTest;

beforeEach(async () => {
  query = await QueryUnderTest.start(PARTITIONS);
});

afterEach(() => query.stop());

const find = (path = 'dev-2/r-1') => query.get<RecordWhereaboutsDto>(`/records/${path}`);
const problemOf = async (path: string) => (await query.get(`/records/${path}`)).body;

const DEAD: Partial<LogEntry> = {
  headers: {
    'schema-version': '1',
    'dead-letter-reason': 'key-conflict',
    'dead-letter-at': '2025-09-09T17:00:03.000Z',
  },
};

describe('GET /records/{device_id}/{record_id}', () => {
  it('A buffered record is located, with the time of its receipt', async () => {
    query.log.events.appendEvent(anEvent());
    const { status, text } = await find();
    expect(status).toBe(200);
    expect(text).toBe(
      `{"device_id":"dev-2","record_id":"r-1","state":"buffered","timestamp":"2025-09-09T17:00:00Z",` +
        `"received_at":"2025-09-09T17:00:01.250Z","stored_at":null,"dead_lettered_at":null,"reason":null,` +
        `"data_payload":{"gene_count":12,"sample_quality":0.98},"complete_through":"2025-09-09T16:59:52.250Z"}`,
    );
  });

  it('A stored record is located, with the time of its storage', async () => {
    await query.storeEvents(anEvent({ data_payload: { zero: -0 } }));
    const { text, body } = await find();
    expect(body).toMatchObject({ state: 'stored', stored_at: '2025-09-09T17:00:01.500Z', dead_lettered_at: null });
    expect(text).toContain('"data_payload":{"zero":-0}');
  });

  it('A dead-lettered record is located, with the time and the reason', async () => {
    query.log.deadLetters.appendEvent(anEvent(), DEAD);
    expect((await find()).body).toMatchObject({
      state: 'dead_lettered',
      received_at: '2025-09-09T17:00:01.250Z',
      stored_at: null,
      dead_lettered_at: '2025-09-09T17:00:03.000Z',
      reason: 'key-conflict',
    });
  });

  it('An invalid dead letter is found by its ids, and nothing else of it is shown', async () => {
    const value = Buffer.from('{"record_id":"r-1","device_id":"dev-2","data_payload":7}');
    query.log.deadLetters.append({ ...DEAD, key: Buffer.from('dev-2'), value });
    expect((await find()).body).toMatchObject({ state: 'dead_lettered', timestamp: null, data_payload: null });
  });

  it('Unreadable dead letters are skipped', async () => {
    for (const value of [null, Buffer.from('{'), Buffer.from('null'), Buffer.from([0xff])])
      query.log.deadLetters.append({ ...DEAD, key: Buffer.from('dev-2'), value });
    expect((await find()).status).toBe(404);
  });

  it('A dead letter that was published again is located where it is now', async () => {
    query.log.deadLetters.appendEvent(anEvent(), DEAD);
    query.log.events.appendEvent(anEvent());
    expect((await find()).body.state).toBe('buffered');
  });

  it('A record that is stored during the search is not missed', async () => {
    query.log.events.appendEvent(anEvent());
    const { positions } = query.log.events;
    query.log.events.positions = async () => {
      query.log.events.commit(PARTITION, 1);
      await query.storeEvents(anEvent());
      return positions.call(query.log.events);
    };
    expect((await find()).body.state).toBe('stored');
  });

  it('Records with one id of several devices, and those of one device, are distinguished', async () => {
    query.log.events.appendEvent(anEvent({ device_id: 'dev-3' }));
    query.log.events.appendEvent(anEvent({ record_id: 'r-2' }));
    expect((await find()).status).toBe(404);
  });

  it('Only the partition of the device is read', async () => {
    for (let n = 0; n < 20; n++) query.log.events.appendEvent(anEvent({ device_id: `d-${n}` }));
    await find();
    // The first record of each partition alone says how far all of it is complete.
    const searches = query.log.events.peeks.filter(({ maxRecords }) => maxRecords > 1);
    expect(new Set(searches.map(({ partition }) => partition))).toEqual(new Set([PARTITION]));
  });

  it('Every id that the contract allows is accepted, percent-encoded', async () => {
    const record_id = 'run/17?a=%2F #"\\~';
    query.log.events.appendEvent(anEvent({ record_id }));
    expect((await find(`dev-2/${encodeURIComponent(record_id)}`)).body).toMatchObject({ record_id, state: 'buffered' });
  });

  it('The oldest of many buffered records is found', async () => {
    for (let n = 1; n <= 450; n++) query.log.events.appendEvent(anEvent({ record_id: `r-${n}` }));
    expect((await find()).body.state).toBe('buffered');
  });

  it('An unknown record is reported as such', async () => {
    expect(await problemOf('dev-2/r-1')).toMatchObject({
      status: 404,
      code: 'not-found',
      detail: 'This device has no record with this id, or it has expired.',
    });
  });

  it('A partial search is reported when too many records are buffered', async () => {
    const entry = { key: Buffer.from('dev-2'), value: encodeEvent(anEvent({ record_id: 'other' })) };
    query.log.events.appendEvent(anEvent());
    for (let n = 0; n < MAX_SCANNED_RECORDS; n++) query.log.events.append(entry);
    expect(await problemOf('dev-2/r-1')).toMatchObject({ status: 404, detail: /only the newest were searched/ });
  });

  it.each([
    ['dev%2A2/r-1', '/device_id'],
    [`${'d'.repeat(129)}/r-1`, '/device_id'],
    ['%7B%22%24gt%22%3A%22%22%7D/r-1', '/device_id'],
    ['dev-2/%00', '/record_id'],
    ['dev-2/%C3%A4', '/record_id'],
    [`dev-2/${'r'.repeat(129)}`, '/record_id'],
  ])('The path %s is refused with a pointer', async (path, pointer) => {
    expect(await problemOf(path)).toMatchObject({ status: 400, code: 'invalid-parameter', errors: [{ pointer }] });
  });

  it('Query parameters are refused', async () => {
    const errors = [{ pointer: '?state', code: 'unknown-parameter' }];
    expect(await problemOf('dev-2/r-1?state=stored')).toMatchObject({ code: 'invalid-parameter', errors });
  });

  describe('The record location while the store is unavailable', () => {
    beforeEach(() => void (query.store.isAvailable = false));

    it('A buffered record is still located', async () => {
      query.log.events.appendEvent(anEvent());
      expect((await find()).body.state).toBe('buffered');
    });

    it('No record is reported as dead-lettered or unknown', async () => {
      query.log.deadLetters.appendEvent(anEvent(), DEAD);
      expect(await problemOf('dev-2/r-1')).toMatchObject({ status: 503, code: 'store-unavailable' });
    });
  });

  describe('The record location while the event log is unavailable', () => {
    beforeEach(() => query.log.goAway());

    it('A stored record is still located', async () => {
      await query.storeEvents(anEvent());
      expect((await find()).body.state).toBe('stored');
    });

    it('No record is reported as unknown', async () => {
      expect(await problemOf('dev-2/r-1')).toMatchObject({ status: 503, code: 'log-unavailable' });
    });
  });
});
