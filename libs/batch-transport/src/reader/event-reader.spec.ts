import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EVENTS_TOPIC } from '@sluice/contracts';
import { openEventLog } from '@sluice/engines';
import { EmbeddedLogs, embeddedOptions } from '@sluice/event-log-sqlite/testing';
import { entryOfEvent, eventOf, foreignEntry } from '@sluice/event-log/testing';
import type { LogEntry } from '@sluice/event-log';
import { openEventReader, type EventBatch, type EventReader } from './event-reader.js';

const logs = new EmbeddedLogs();
afterAll(() => logs.remove());

const idsOf = ({ events }: EventBatch) => events.map(({ event }) => event.record_id);

describe('EventReader', () => {
  let directory: string;
  beforeEach(() => {
    directory = logs.newDirectory();
  });

  async function publish(...entries: LogEntry[]): Promise<void> {
    const log = await openEventLog(embeddedOptions(directory));
    await log.createTopics([{ name: EVENTS_TOPIC, partitions: 2 }]);
    const outcomes = await log.publisher.publish(EVENTS_TOPIC, entries);
    expect(outcomes.every(({ written }) => written)).toBe(true);
    await log.close();
  }

  const open = (maxRecords = 500): Promise<EventReader> =>
    openEventReader({ url: `file:${directory}`, group: 'export', maxRecords });

  /** The ids that a new reader finds, until it has seen this many. */
  async function idsFrom(count: number, { commits }: { commits: boolean }): Promise<string[]> {
    const ids: string[] = [];
    const reader = await open();
    for await (const batch of reader) {
      ids.push(...idsOf(batch));
      if (commits) await batch.commit();
      if (ids.length >= count) reader.stop();
    }
    return ids;
  }

  it('The reader returns decoded events with the record that carried each', async () => {
    const event = eventOf('r-1');
    await publish(entryOfEvent(event));
    for await (const { events, unreadable } of await open()) {
      expect(events).toEqual([{ event, record: expect.objectContaining({ topic: EVENTS_TOPIC, offset: 0 }) }]);
      expect(unreadable).toEqual([]);
      break;
    }
  });

  it('The reader continues after the committed offset in the next process', async () => {
    await publish(...['a', 'b', 'c'].map((id) => entryOfEvent(eventOf(id))));
    expect(await idsFrom(3, { commits: true })).toEqual(['a', 'b', 'c']);
    await publish(entryOfEvent(eventOf('d')));
    expect(await idsFrom(1, { commits: false })).toEqual(['d']);
  });

  it('The reader returns uncommitted events again', async () => {
    await publish(...['a', 'b'].map((id) => entryOfEvent(eventOf(id))));
    expect(await idsFrom(2, { commits: false })).toEqual(['a', 'b']);
    expect(await idsFrom(2, { commits: true })).toEqual(['a', 'b']);
  });

  it('A commit of a batch includes all batches before it', async () => {
    await publish(...['a', 'b', 'c'].map((id) => entryOfEvent(eventOf(id))));
    const seen: string[] = [];
    const reader = await open(1);
    for await (const batch of reader) {
      seen.push(...idsOf(batch));
      if (seen.length < 2) continue;
      await batch.commit();
      break;
    }
    expect(seen).toEqual(['a', 'b']);
    expect(await idsFrom(1, { commits: false })).toEqual(['c']);
  });

  it('The reader returns undecodable records with the reason, and continues with the events around them', async () => {
    const [first, last] = [eventOf('a'), eventOf('b')];
    const foreign = [foreignEntry('<xml/>'), foreignEntry('{}'), foreignEntry('{}', { 'schema-version': '9' })];
    await publish(entryOfEvent(first), ...foreign, entryOfEvent(last));
    const reasons: string[] = [];
    const ids: string[] = [];
    for await (const batch of await open()) {
      ids.push(...idsOf(batch));
      reasons.push(...batch.unreadable.map(({ reason }) => reason));
      await batch.commit();
      if (ids.length === 2 && reasons.length === 3) break;
    }
    expect(ids).toEqual(['a', 'b']);
    expect(reasons.sort()).toEqual(['invalid-event', 'undecodable', 'unknown-schema-version']);
  });

  it('The reader reads an event of a later producer with one more field and header', async () => {
    const { value, ...entry } = entryOfEvent(eventOf('a'));
    const later = Buffer.from(JSON.stringify({ ...(JSON.parse(String(value)) as object), site: { name: 'north' } }));
    await publish({ ...entry, value: later, headers: { ...entry.headers, 'x-later': 'yes' } });
    for await (const { events } of await open()) {
      expect(events.map(({ event }) => event)).toEqual([eventOf('a')]);
      break;
    }
  });

  it('The reader releases the event log at the end of the loop, however that ends', async () => {
    await publish(entryOfEvent(eventOf('a')));
    const broken = (async () => {
      for await (const batch of await open()) throw new Error(`cannot keep ${idsOf(batch).join()}`);
    })();
    await expect(broken).rejects.toThrow('cannot keep a');
    expect(await idsFrom(1, { commits: false })).toEqual(['a']);
  });

  it('A stop ends a loop that waits and one that has not begun', async () => {
    await publish();
    const reader = await open();
    const loop = reader[Symbol.asyncIterator]().next();
    reader.stop();
    expect(await loop).toEqual({ done: true, value: undefined });
    const unused = await open();
    await unused.close();
    expect(await unused[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
  });
});
