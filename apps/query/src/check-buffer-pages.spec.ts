import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeCursor, type JsonObject } from '@sluice/contracts';
import type { BufferAnswerDto } from './buffer-answer.dto.js';
import { MAX_SCANNED_BYTES, MAX_SCANNED_RECORDS } from './log-scan.js';
import { DEVICE, DEVICES, idsOf, NEIGHBOUR, PARTITION, PARTITIONS } from './testing/devices.js';
import { anEvent, QueryUnderTest } from './testing/query-under-test.js';

let query: QueryUnderTest;

beforeEach(async () => {
  query = await QueryUnderTest.start(PARTITIONS);
});

afterEach(() => query.stop());

const check = (search: string) => query.get<BufferAnswerDto>(`/check-buffer?${search}`);

function arrive(deviceId: string, ...recordIds: string[]): void {
  for (const record_id of recordIds) query.log.events.appendEvent(anEvent({ device_id: deviceId, record_id }));
}

/** Follows next_cursor to the end and returns the pages; `between` runs after each page. */
async function walk(search: string, between: (page: number) => void = () => undefined): Promise<BufferAnswerDto[]> {
  const pages = [(await check(search)).body];
  while (pages.at(-1)!.has_more) {
    between(pages.length);
    pages.push((await check(`${search}&cursor=${pages.at(-1)!.next_cursor}`)).body);
  }
  return pages;
}

describe('The pages of GET /check-buffer', () => {
  describe('The pages of one device', () => {
    it('The pages show only the records of the device, and read only its partition', async () => {
      for (const device of [...DEVICES, DEVICE]) arrive(device, 'r-1');
      arrive(NEIGHBOUR, 'of its neighbour');
      arrive(DEVICE, 'r-2');
      const { body } = await check(`device_id=${DEVICE}`);
      expect(idsOf(body)).toEqual(['r-1', 'r-2']);
      expect(body).toMatchObject({ waiting: 6, has_more: false });
      const pagePeeks = query.log.events.peeks.filter(({ maxRecords }) => maxRecords > 1);
      expect(new Set(pagePeeks.map(({ partition }) => partition))).toEqual(new Set([PARTITION]));
    });

    it('A page is short and has a cursor once one request has read its limit', async () => {
      for (let n = 0; n < MAX_SCANNED_RECORDS; n++) arrive(NEIGHBOUR, `r-${n}`);
      arrive(DEVICE, 'last');
      const [first, second] = await walk(`device_id=${DEVICE}`);
      expect(first).toMatchObject({ records: [], has_more: true });
      expect(idsOf(second!)).toEqual(['last']);
      expect(second!.has_more).toBe(false);
    });
  });

  it('A page of large payloads ends before it fills the memory', async () => {
    const data_payload: JsonObject = { text: 'x'.repeat(250_000) };
    const count = Math.ceil(MAX_SCANNED_BYTES / 250_000) + 1;
    for (let n = 0; n < count; n++) query.log.events.appendEvent(anEvent({ record_id: `r-${n}`, data_payload }));
    const pages = await walk('limit=1000');
    expect(pages).toHaveLength(2);
    expect(pages.flatMap(idsOf)).toEqual(Array.from({ length: count }, (_, n) => `r-${n}`));
  });

  describe('The pages by cursor', () => {
    it('The pages show every record once', async () => {
      for (const device of DEVICES) arrive(device, ...['a', 'b', 'c'].map((name) => `${device}-${name}`));
      const pages = await walk('limit=2');
      expect(pages.map(({ records }) => records.length)).toEqual([2, 2, 2, 2, 1]);
      expect(pages.flatMap(idsOf)).toEqual(
        DEVICES.flatMap((device) => ['a', 'b', 'c'].map((name) => `${device}-${name}`)),
      );
      expect(pages.at(-1)!.next_cursor).toBeNull();
    });

    it('The pages repeat and skip no buffered record while records arrive and are stored', async () => {
      const steady = DEVICES.flatMap((device) => Array.from({ length: 20 }, (_, n) => `${device}-steady-${n}`));
      for (const device of DEVICES) {
        arrive(device, ...Array.from({ length: 10 }, (_, n) => `${device}-early-${n}`));
        arrive(device, ...steady.filter((id) => id.startsWith(`${device}-`)));
      }
      const pages = await walk('limit=7', (page) => {
        DEVICES.forEach((device, partition) => {
          query.log.events.commit(partition, Math.min(page, 10));
          if (page < 12) arrive(device, `${device}-late-${page}`);
        });
      });
      const shown = pages.flatMap(idsOf);
      expect(new Set(shown).size).toBe(shown.length);
      expect(steady.filter((id) => !shown.includes(id))).toEqual([]);
    });

    it('The pages leave out records that were stored between two pages', async () => {
      arrive(DEVICE, 'a', 'b', 'c', 'd');
      const pages = await walk('limit=1', () => query.log.events.commit(PARTITION, 3));
      expect(pages.flatMap(idsOf)).toEqual(['a', 'd']);
    });
  });

  describe('Refusals of GET /check-buffer', () => {
    it.each([
      ['limit=0', '?limit'],
      ['limit=1001', '?limit'],
      ['limit=ten', '?limit'],
      ['limit=1e2', '?limit'],
      ['limit=', '?limit'],
      ['limit=1&limit=2', '?limit'],
      ['offset=1', '?offset'],
      ['device_id=', '?device_id'],
      ['device_id=a%2Ab', '?device_id'],
      ['device_id[$ne]=x', '?device_id[$ne]'],
      ['device_id=%7B%22%24ne%22%3Anull%7D', '?device_id'],
      ['__proto__=x', '?__proto__'],
      ['constructor=x', '?constructor'],
      ['cursor=', '?cursor'],
    ])('The query %s is refused with a pointer to the parameter', async (search, pointer) => {
      const { status, headers, body } = await query.get(`/check-buffer?${search}`);
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid-parameter' });
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(body.errors!.map((error) => error.pointer)).toContain(pointer);
    });

    it.each([
      ['no cursor at all', 'x'],
      ['a cursor of /records', encodeCursor({ timestampMs: 0, deviceId: 'dev-2', recordId: 'r-1' })],
      ['a partition that there is not', encodeCursor({ partition: PARTITIONS, offset: 0 })],
      ['an offset below zero', encodeCursor({ partition: 0, offset: -1 })],
      ['an operator', Buffer.from('{"partition":{"$gt":0},"offset":0}').toString('base64url')],
    ])('A cursor that is %s is refused', async (_what, cursor) => {
      const { status, body } = await query.get(`/check-buffer?cursor=${cursor}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 'invalid-cursor', errors: [{ pointer: '?cursor' }] });
    });

    it('The cursor of another device is refused', async () => {
      const cursor = encodeCursor({ partition: (PARTITION + 1) % PARTITIONS, offset: 0 });
      const { body } = await query.get(`/check-buffer?device_id=${DEVICE}&cursor=${cursor}`);
      expect(body.code).toBe('invalid-cursor');
    });
  });
});
