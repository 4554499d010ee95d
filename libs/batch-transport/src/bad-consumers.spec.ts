import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EVENTS_TOPIC } from '@sluice/contracts';
import type { EventLog, LogEntry } from '@sluice/event-log';
import { openEventLog } from '@sluice/engines';
import { EmbeddedLogs, embeddedOptions } from '@sluice/event-log-sqlite/testing';
import { entryOfEvent, eventOf, foreignEntry } from '@sluice/event-log/testing';
import { until } from '@sluice/test-kit';
import { BatchLoop } from './batch-loop.js';
import type { BatchHandler } from './handler-call.js';
import { eachEvent } from './each-event.js';
import { deadLetter, DONE, retryLater, type BatchVerdict } from './outcome.js';
import { PoisonGuard } from './poison-guard.js';

const PATIENCE = { tries: 3000, everyMs: 1, errorsFail: true };

const OWN_DEAD_LETTERS = 'alerts.dead-letters';
const logs = new EmbeddedLogs();
afterAll(() => logs.remove());

const never = new Promise<BatchVerdict>(() => undefined);

const badHandlers: [string, BatchHandler][] = [
  ['throws', () => Promise.reject(new Error('broken'))],
  ['stalls', () => never],
  ['returns too few outcomes', async () => [DONE]],
  ['returns a value that is not an outcome', async (batch) => batch.map(() => 'stored') as unknown as BatchVerdict],
  ['always asks for later', async () => retryLater('pager_unreachable')],
  ['dead-letters everything', async (batch) => batch.map(() => deadLetter('no-limit', ''))],
];

describe('A consumer with a faulty handler', () => {
  let log: EventLog;
  let loops: BatchLoop[];

  beforeEach(async () => {
    log = await openEventLog(embeddedOptions(logs.newDirectory()));
    await log.createTopics([
      { name: EVENTS_TOPIC, partitions: 3 },
      { name: OWN_DEAD_LETTERS, partitions: 1 },
    ]);
    loops = [];
  });
  afterEach(async () => {
    await Promise.all(loops.map((loop) => loop.stop()));
    await log.close();
  });

  function consume(group: string, handler: BatchHandler): BatchLoop {
    const loop = new BatchLoop({
      subscription: log.subscribe({ group, topics: [EVENTS_TOPIC] }),
      handlerOf: () => handler,
      deadLetters: log.publisher,
      deadLetterTopic: OWN_DEAD_LETTERS,
      limits: { maxRecords: 7, maxBytes: 1e6, maxAgeMs: 0 },
      backoff: { minMs: 1, maxMs: 1 },
      drainTimeoutMs: 10,
      guard: new PoisonGuard({ windowMs: 60_000, minDeadLetters: 10, maxRatio: 0.5 }),
      onFatal: (error) => {
        throw error;
      },
    });
    loop.start();
    loops.push(loop);
    return loop;
  }

  /** A consumer that works, and the records that it has handled. */
  function consumeWell(group: string): string[] {
    const ids: string[] = [];
    consume(group, (batch) =>
      eachEvent(batch, ({ record_id }) => {
        ids.push(record_id);
        return DONE;
      }),
    );
    return ids;
  }

  async function publish(entries: readonly LogEntry[]): Promise<void> {
    const outcomes = await log.publisher.publish(EVENTS_TOPIC, entries);
    expect(outcomes.every(({ written }) => written)).toBe(true);
  }

  const lagOf = async (group: string, topic = EVENTS_TOPIC): Promise<number> => {
    const positions = await log.inspect({ group, topic }).positions();
    return positions.reduce((lag, { committed, high }) => lag + high - committed, 0);
  };

  const events = Array.from({ length: 60 }, (_, n) => eventOf(`r-${n}`, { device_id: `dev-${n % 5}` }));
  const allIds = events.map(({ record_id }) => record_id).sort();

  it.each(badHandlers)(
    'A consumer that %s disturbs no other consumer, and loses nothing once it is fixed',
    async (_, bad) => {
      let wasAsked = false;
      const broken = consume('alerts', (batch) => {
        wasAsked = true;
        return bad(batch);
      });
      await publish(events.slice(0, 30).map(entryOfEvent));
      await until(() => wasAsked);
      const stored = consumeWell('store');
      await publish(events.slice(30).map(entryOfEvent));
      await until(async () => (await lagOf('store')) === 0, PATIENCE);
      expect([...stored].sort()).toEqual(allIds);
      await broken.stop();
      // Nothing was skipped: each record that left the buffer is in the consumer's dead-letter topic.
      const passedOver = events.length - (await lagOf('alerts'));
      expect(passedOver).toBe(await lagOf('inspection', OWN_DEAD_LETTERS));

      const handled = consumeWell('alerts');
      await until(async () => (await lagOf('alerts')) === 0, PATIENCE);
      expect(handled.length + passedOver).toBe(events.length);
    },
  );

  it('A consumer dead-letters foreign messages with their own bytes and handles every event', async () => {
    const foreign = ['', 'hello', '<xml/>', '[1]', '{"device_id":1}'].map((text) => foreignEntry(text));
    const mixed = events.map((event, n) => [entryOfEvent(event), ...(n % 12 === 0 ? [foreign[n / 12]!] : [])]);
    const handled = consumeWell('alerts');
    await publish(mixed.flat());
    await until(async () => (await lagOf('alerts')) === 0, PATIENCE);
    expect([...handled].sort()).toEqual(allIds);
    const inspector = log.inspect({ group: 'inspection', topic: OWN_DEAD_LETTERS });
    const letters = await inspector.peek({ partition: 0, fromOffset: 0, toOffset: 100, maxRecords: 100 });
    const bytes = letters.map(({ value }) => String(value));
    expect(bytes.sort()).toEqual(foreign.map(({ value }) => String(value)).sort());
    expect(letters[0]?.headers).toMatchObject({ 'dead-letter-topic': EVENTS_TOPIC });
  });
});
