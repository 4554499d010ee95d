import { beforeEach, describe, expect, it } from '@jest/globals';
import { deadLetter, DONE, retryLater } from '@sluice/batch-transport';
import { encodeEvent, EVENTS_TOPIC, type IngestEvent, timeOf } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import type { RecordToStore } from '@sluice/record-store';
import { FakeRecordStore } from '@sluice/record-store/testing';
import { Clock } from '@sluice/async';
import { PersistController } from './persist.controller.js';

function event(recordId: string): IngestEvent {
  return {
    record_id: recordId,
    device_id: 'dev-2',
    timestamp: '2025-09-09T17:00:00Z',
    received_at: '2025-09-09T17:00:01.000Z',
    data_payload: { gene_count: 12 },
  };
}

/** A plain event makes its fields when they are read. */
function fieldsOf({ event, source }: RecordToStore): RecordToStore {
  const { record_id, device_id, received_at, data_payload } = event;
  return { event: { record_id, device_id, ...timeOf(event), received_at, data_payload }, source };
}

function logRecord(offset: number, value: Buffer | null, headers: Record<string, string> = {}): LogRecord {
  return { topic: EVENTS_TOPIC, partition: 3, offset, key: Buffer.from('dev-2'), value, headers, timestampMs: 0 };
}

describe('PersistController', () => {
  let store: FakeRecordStore;
  let controller: PersistController;

  beforeEach(() => {
    store = new FakeRecordStore();
    controller = new PersistController(store, new Clock());
  });

  it('A batch is stored with one write, with the location of each record in the event log', async () => {
    const batch = ['a', 'b'].map((id, offset) => logRecord(offset, encodeEvent(event(id))));
    expect(await controller.persist(batch)).toEqual([DONE, DONE]);
    expect(store.batches.map((records) => records.map(fieldsOf))).toEqual([
      [
        { event: event('a'), source: { partition: 3, offset: 0 } },
        { event: event('b'), source: { partition: 3, offset: 1 } },
      ],
    ]);
  });

  it('A record that is stored already is done', async () => {
    const batch = [logRecord(0, encodeEvent(event('a')))];
    await controller.persist(batch);
    expect(await controller.persist(batch)).toEqual([DONE]);
  });

  it('An unreadable record is dead-lettered with a reason, and its neighbours are stored', async () => {
    const verdict = await controller.persist([
      logRecord(0, Buffer.from('{"half":')),
      logRecord(1, encodeEvent(event('a'))),
      logRecord(2, encodeEvent(event('b')), { 'schema-version': '2' }),
      logRecord(3, Buffer.from('{"device_id":"dev-2"}')),
      logRecord(4, null),
      logRecord(5, Buffer.from([0x22, 0xff, 0x22])),
    ]);
    expect(verdict).toMatchObject([
      { status: 'dead-letter', reason: 'undecodable', isPoison: true },
      DONE,
      { status: 'dead-letter', reason: 'unknown-schema-version' },
      { status: 'dead-letter', reason: 'invalid-event', detail: expect.stringContaining('/record_id') },
      { status: 'dead-letter', reason: 'undecodable' },
      { status: 'dead-letter', reason: 'undecodable' },
    ]);
    expect(await store.find('dev-2', 'a')).toBeDefined();
  });

  it('A batch without a readable record does not reach the store', async () => {
    await controller.persist([logRecord(0, null)]);
    expect(store.batches).toEqual([]);
  });

  it('A key conflict is dead-lettered, and does not count as a bad deployment', async () => {
    store.answerNextWrite([{ status: 'conflict', detail: 'another payload' }]);
    const verdict = await controller.persist([logRecord(0, encodeEvent(event('a')))]);
    expect(verdict).toEqual([deadLetter('key-conflict', 'another payload', { isPoison: false })]);
  });

  it('A record that the store can never accept is dead-lettered', async () => {
    store.answerNextWrite([{ status: 'refused', detail: 'too large' }]);
    const verdict = await controller.persist([logRecord(0, encodeEvent(event('a')))]);
    expect(verdict).toEqual([deadLetter('store-refused', 'too large')]);
  });

  it('A batch is retried while the store is unavailable', async () => {
    store.isAvailable = false;
    const verdict = await controller.persist([logRecord(0, encodeEvent(event('a')))]);
    expect(verdict).toEqual(retryLater('store_unreachable'));
  });

  it('A defect is thrown', async () => {
    await store.close();
    await expect(controller.persist([logRecord(0, encodeEvent(event('a')))])).rejects.toThrow('closed');
  });
});
