import { describe, expect, it } from '@jest/globals';
import { until } from '@sluice/test-kit';
import type { EventSubscription, LogRecord } from '../event-log.js';
import {
  GROUP_PATIENCE,
  firstNumbers,
  manyEntries,
  pullRecords,
  uniqueName,
  type LogUnderTest,
} from './log-under-test.js';

export function describePausing(underTest: LogUnderTest): void {
  describe('A paused partition', () => {
    it('A paused subscription returns no records of a paused partition, and all of the others', async () => {
      const { topic, subscription } = await pulledTopic(underTest, 3);
      subscription.pause([{ topic, partition: 1 }]);
      const others = await publishElsewhere(underTest, topic, 1);
      const records = await pullRecords(subscription, others);
      expect(records.filter(({ partition }) => partition === 1)).toEqual([]);
      expect(records).toHaveLength(others);
    });

    it('A paused subscription returns the records of a resumed partition from the given offset on, in order and without a gap', async () => {
      const { topic, subscription } = await pulledTopic(underTest, 1, 10);
      subscription.pause([{ topic, partition: 0 }]);
      await underTest.publish(topic, manyEntries(10));
      subscription.resume([{ topic, partition: 0, offset: 4 }]);
      expect(offsetsOf(await pullRecords(subscription, 16))).toEqual(firstNumbers(20).slice(4));
    });

    it('A paused subscription drops what it has fetched of a paused partition, and reads it again after the resume', async () => {
      const topic = await underTest.newTopic(1);
      await underTest.publish(topic, manyEntries(50));
      const subscription = underTest.subscribe(topic, uniqueName('group'));
      await pullRecords(subscription, 5);
      subscription.pause([{ topic, partition: 0 }]);
      subscription.resume([{ topic, partition: 0, offset: 5 }]);
      expect(offsetsOf(await pullRecords(subscription, 45))).toEqual(firstNumbers(50).slice(5));
    });

    it('A paused subscription keeps the partition and its committed offset', async () => {
      const { topic, group, subscription } = await pulledTopic(underTest, 1, 10);
      await subscription.commit([{ topic, partition: 0, offset: 3 }]);
      subscription.pause([{ topic, partition: 0 }]);
      await subscription.commit([{ topic, partition: 0, offset: 4 }], 'a note');
      expect(subscription.assignment()).toEqual([{ topic, partition: 0, offset: 4 }]);
      expect(await underTest.log.inspect({ group, topic }).positions()).toMatchObject([
        { committed: 4, note: 'a note' },
      ]);
    });

    it('A paused subscription ignores partitions that are not paused or not owned', async () => {
      const { topic, subscription } = await pulledTopic(underTest, 1, 5);
      subscription.pause([{ topic, partition: 7 }]);
      subscription.resume([
        { topic, partition: 0, offset: 0 },
        { topic, partition: 7, offset: 0 },
      ]);
      await underTest.publish(topic, manyEntries(2));
      expect(offsetsOf(await pullRecords(subscription, 2))).toEqual([5, 6]);
    });

    it('A pause ends with the ownership: a partition that returns from another member is read', async () => {
      const { topic, group, subscription: first } = await pulledTopic(underTest, 4);
      first.pause(firstNumbers(4).map((partition) => ({ topic, partition })));
      const second = underTest.subscribe(topic, group);
      await until(() => second.assignment().length === 2, GROUP_PATIENCE);
      const moved = second.assignment().map(({ partition }) => partition);
      await second.close();
      await until(() => first.assignment().length === 4, GROUP_PATIENCE);
      const outcomes = await underTest.publish(topic, manyEntries(40));
      const expected = outcomes.filter(({ partition }) => moved.includes(partition));
      const seen = new Set<string>();
      await until(async () => {
        for (const record of await first.pull({ maxRecords: 100, maxWaitMs: 50 })) seen.add(placeOf(record));
        return expected.every((outcome) => seen.has(placeOf(outcome)));
      }, GROUP_PATIENCE);
      expect(expected.length).toBeGreaterThan(0);
      expect(expected.filter((outcome) => !seen.has(placeOf(outcome)))).toEqual([]);
    });
  });
}

/** A topic of which a member of a new group has pulled everything. */
async function pulledTopic(underTest: LogUnderTest, partitions: number, count = 20) {
  const topic = await underTest.newTopic(partitions);
  const group = uniqueName('group');
  await underTest.publish(topic, manyEntries(count));
  const subscription: EventSubscription = underTest.subscribe(topic, group);
  await pullRecords(subscription, count);
  return { topic, group, subscription };
}

/** @returns how many of the published entries went to other partitions */
async function publishElsewhere(underTest: LogUnderTest, topic: string, partition: number): Promise<number> {
  const outcomes = await underTest.publish(topic, manyEntries(60));
  return outcomes.filter((outcome) => outcome.partition !== partition).length;
}

function offsetsOf(records: readonly LogRecord[]): number[] {
  return records.map(({ offset }) => offset);
}

function placeOf({ partition, offset }: { partition: number; offset: number }): string {
  return `${partition}/${offset}`;
}
