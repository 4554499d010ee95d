import { describe, expect, it } from '@jest/globals';
import type { LogEntry, LogRecord } from '@sluice/event-log';
import { entryOfEvent, eventOf, foreignEntry } from '@sluice/event-log/testing';
import { eachEvent, type EventHandler } from './each-event.js';
import { deadLetter, DONE, failed, retryLater, UNHANDLED } from './outcome.js';

const batchOf = (...entries: LogEntry[]): LogRecord[] =>
  entries.map((entry, offset) => ({ ...entry, topic: 'ingest.events', partition: 0, offset }));

const [first, second] = [eventOf('a'), eventOf('b')];

describe('eachEvent', () => {
  it('The handler gets decoded events one by one, in order, and their outcomes are collected', async () => {
    const seen: string[] = [];
    let running = 0;
    const verdict = await eachEvent(batchOf(entryOfEvent(first), entryOfEvent(second)), async (event, { offset }) => {
      expect(running++).toBe(0);
      await Promise.resolve();
      running--;
      seen.push(`${event.record_id} at ${offset}`);
      return event.record_id === 'a' ? DONE : deadLetter('no-limit', 'no limit is known');
    });
    expect(seen).toEqual(['a at 0', 'b at 1']);
    expect(verdict).toEqual([DONE, deadLetter('no-limit', 'no limit is known')]);
  });

  it('An undecodable record is dead-lettered without a call of the handler', async () => {
    const batch = batchOf(foreignEntry('hello'), entryOfEvent(first), foreignEntry('{}', { 'schema-version': '9' }));
    expect(await eachEvent(batch, () => DONE)).toMatchObject([
      { status: 'dead-letter', reason: 'undecodable' },
      DONE,
      { status: 'dead-letter', reason: 'unknown-schema-version' },
    ]);
  });

  it('The first event that needs a retry ends the batch, and the whole batch is retried', async () => {
    const seen: string[] = [];
    const batch = batchOf(entryOfEvent(first), entryOfEvent(second));
    const verdict = await eachEvent(batch, ({ record_id }) => {
      seen.push(record_id);
      return retryLater('pager_unreachable');
    });
    expect(verdict).toEqual(retryLater('pager_unreachable'));
    expect(seen).toEqual(['a']);
  });

  it('When the handler throws, the rest of that partition is left for later and other partitions continue', async () => {
    const handled: string[] = [];
    const broken: EventHandler = ({ record_id: id }) => {
      if (id === first.record_id) throw new Error('broken');
      handled.push(id);
      return DONE;
    };
    const good = entryOfEvent(eventOf('good'));
    const [a, b, c] = batchOf(entryOfEvent(first), good, good);
    const verdict = await eachEvent([a!, b!, { ...c!, partition: 9 }], broken);
    expect(verdict).toEqual([failed(new Error('broken')), UNHANDLED, DONE]);
    expect(handled).toEqual(['good']);
  });

  it('An event for which the handler returns nothing counts as failed', async () => {
    const silent = (() => undefined) as unknown as EventHandler;
    const verdict = await eachEvent(batchOf(entryOfEvent(first)), silent);
    expect(verdict).toEqual([failed(expect.any(TypeError))]);
  });
});
