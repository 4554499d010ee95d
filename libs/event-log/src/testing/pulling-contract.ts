import { describe, expect, it } from '@jest/globals';
import {
  entryOf,
  firstNumbers,
  manyEntries,
  offsetsByPartition,
  placesOf,
  pullRecords,
  sortedValuesOf,
  uniqueName,
  valuesOf,
  type LogUnderTest,
} from './log-under-test.js';

/** Longer than any test runs: a pull that ends did so for another reason. */
const FOREVER_MS = 600_000;
const A_MOMENT_MS = 200;

export function describePulling(underTest: LogUnderTest): void {
  describe('A pull', () => {
    it('A pull begins at the first record of the event log for a new group', async () => {
      const topic = await underTest.newTopic();
      await underTest.publish(topic, manyEntries(30));
      const records = await pullRecords(underTest.subscribe(topic, uniqueName('group')), 30);
      expect(sortedValuesOf(records)).toEqual(firstNumbers(30).map(String));
    });

    it('A pull returns each record once', async () => {
      const topic = await underTest.newTopic();
      await underTest.publish(topic, manyEntries(200));
      const subscription = underTest.subscribe(topic, uniqueName('group'));
      const records = await pullRecords(subscription, 200);
      expect(new Set(placesOf(records)).size).toBe(200);
      expect(await subscription.pull({ maxRecords: 10, maxWaitMs: A_MOMENT_MS })).toEqual([]);
    });

    it('A pull keeps the order within each partition', async () => {
      const topic = await underTest.newTopic();
      for (const count of [100, 200, 300]) await underTest.publish(topic, manyEntries(count));
      const records = await pullRecords(underTest.subscribe(topic, uniqueName('group')), 600);
      for (const offsets of offsetsByPartition(records).values()) {
        expect(offsets).toEqual(firstNumbers(offsets.length));
      }
      expect(records).toHaveLength(600);
    });

    it('A pull keeps the records of one key in the order in which they were published', async () => {
      const topic = await underTest.newTopic();
      for (const index of firstNumbers(20)) await underTest.publish(topic, [entryOf('device', String(index))]);
      const records = await pullRecords(underTest.subscribe(topic, uniqueName('group')), 20);
      expect(valuesOf(records)).toEqual(firstNumbers(20).map(String));
    });

    it('A pull never returns more than was requested', async () => {
      const topic = await underTest.newTopic();
      await underTest.publish(topic, manyEntries(100));
      const subscription = underTest.subscribe(topic, uniqueName('group'));
      const pulls = [];
      while (pulls.flat().length < 100) pulls.push(await subscription.pull({ maxRecords: 7, maxWaitMs: FOREVER_MS }));
      expect(Math.max(...pulls.map((pull) => pull.length))).toBeLessThanOrEqual(7);
      expect(new Set(placesOf(pulls.flat())).size).toBe(100);
    });

    it('A pull resolves with nothing when no record arrived in time', async () => {
      const subscription = underTest.subscribe(await underTest.newTopic(), uniqueName('group'));
      expect(await subscription.pull({ maxRecords: 10, maxWaitMs: A_MOMENT_MS })).toEqual([]);
    });

    it('A pull resolves as soon as something is published', async () => {
      const topic = await underTest.newTopic();
      const subscription = underTest.subscribe(topic, uniqueName('group'));
      const pull = subscription.pull({ maxRecords: 10, maxWaitMs: FOREVER_MS });
      await underTest.publish(topic, [entryOf('device', 'news')]);
      expect(valuesOf(await pull)).toEqual(['news']);
    });

    it('A pull resolves with nothing when it is aborted, and loses nothing by it', async () => {
      const topic = await underTest.newTopic();
      const subscription = underTest.subscribe(topic, uniqueName('group'));
      const abort = new AbortController();
      const pull = subscription.pull({ maxRecords: 10, maxWaitMs: FOREVER_MS, signal: abort.signal });
      abort.abort();
      expect(await pull).toEqual([]);
      await underTest.publish(topic, manyEntries(5));
      expect(sortedValuesOf(await pullRecords(subscription, 5))).toEqual(['0', '1', '2', '3', '4']);
    });

    it('A pull that was aborted before it began returns nothing', async () => {
      const topic = await underTest.newTopic();
      await underTest.publish(topic, manyEntries(3));
      const subscription = underTest.subscribe(topic, uniqueName('group'));
      const signal = AbortSignal.abort();
      expect(await subscription.pull({ maxRecords: 10, maxWaitMs: FOREVER_MS, signal })).toEqual([]);
      expect(await pullRecords(subscription, 3)).toHaveLength(3);
    });

    it('A pending pull ends with nothing when the member leaves, and the next is refused', async () => {
      const subscription = underTest.subscribe(await underTest.newTopic(), uniqueName('group'));
      const pull = subscription.pull({ maxRecords: 10, maxWaitMs: FOREVER_MS });
      await subscription.close();
      await subscription.close();
      expect(await pull).toEqual([]);
      await expect(subscription.pull({ maxRecords: 1, maxWaitMs: 1 })).rejects.toMatchObject({ code: 'closed' });
    });
  });
}
