import { describe, expect, it } from '@jest/globals';
import { until } from '@sluice/test-kit';
import type { EventSubscription, LogRecord, TopicPosition } from '../event-log.js';
import {
  GROUP_PATIENCE,
  firstNumbers,
  manyEntries,
  placesOf,
  pullRecords,
  sortedValuesOf,
  uniqueName,
  type LogUnderTest,
} from './log-under-test.js';

export function describeGroups(underTest: LogUnderTest): void {
  describe('Consumer groups', () => {
    it('Two groups read all records independently', async () => {
      const topic = await underTest.newTopic();
      await underTest.publish(topic, manyEntries(20));
      const first = underTest.subscribe(topic, uniqueName('group'));
      await commitAll(first, await pullRecords(first, 20));
      const second = underTest.subscribe(topic, uniqueName('group'));
      expect(sortedValuesOf(await pullRecords(second, 20))).toEqual(firstNumbers(20).map(String));
    });

    it('The event log continues after the committed offsets with the next member', async () => {
      const { topic, group } = await committedGroup(underTest, 20);
      const outcomes = await underTest.publish(topic, manyEntries(10));
      const records = await pullRecords(underTest.subscribe(topic, group), 10);
      expect(placesOf(records).sort()).toEqual(placesOf(outcomes).sort());
    });

    it('The event log delivers uncommitted records again to the next member', async () => {
      const topic = await underTest.newTopic(1);
      const group = uniqueName('group');
      await underTest.publish(topic, manyEntries(10));
      const first = underTest.subscribe(topic, group);
      await pullRecords(first, 10);
      await first.commit([{ topic, partition: 0, offset: 4 }]);
      await first.close();
      const records = await pullRecords(underTest.subscribe(topic, group), 6);
      expect(records.map(({ offset }) => offset)).toEqual([4, 5, 6, 7, 8, 9]);
    });

    it('The event log does not redeliver a record to a member that commits less than it pulled', async () => {
      const topic = await underTest.newTopic(1);
      await underTest.publish(topic, manyEntries(10));
      const subscription = underTest.subscribe(topic, uniqueName('group'));
      await pullRecords(subscription, 6);
      await subscription.commit([{ topic, partition: 0, offset: 2 }]);
      const rest = await pullRecords(subscription, 4);
      expect(rest.map(({ offset }) => offset)).toEqual([6, 7, 8, 9]);
    });

    it('The event log reports which partitions a member owns, and from where its group reads them', async () => {
      const { topic, group } = await committedGroup(underTest, 30, 3);
      const committed = await underTest.log.inspect({ group, topic }).positions();
      const subscription = underTest.subscribe(topic, group);
      await until(() => subscription.assignment().length === 3, GROUP_PATIENCE);
      const expected = committed.map((position) => ({
        topic,
        partition: position.partition,
        offset: position.committed,
      }));
      expect(inOrder(subscription.assignment())).toEqual(expected);
    });

    it('The event log leaves out positions of partitions that the member does not own', async () => {
      const topic = await underTest.newTopic(1);
      const group = uniqueName('group');
      const another = await underTest.newTopic(1);
      await underTest.publish(topic, manyEntries(5));
      await underTest.publish(another, manyEntries(5));
      const subscription = underTest.subscribe(topic, group);
      await pullRecords(subscription, 5);
      await subscription.commit([
        { topic: another, partition: 0, offset: 5 },
        { topic, partition: 0, offset: 5 },
      ]);
      expect(await underTest.log.inspect({ group, topic }).positions()).toMatchObject([{ committed: 5 }]);
      expect(await underTest.log.inspect({ group, topic: another }).positions()).toMatchObject([{ committed: 0 }]);
    });

    it('The event log reports whether the member owned the partition that it committed', async () => {
      const topic = await underTest.newTopic(1);
      const group = uniqueName('group');
      const another = await underTest.newTopic(1);
      await underTest.publish(topic, manyEntries(5));
      const subscription = underTest.subscribe(topic, group);
      await pullRecords(subscription, 5);
      const position = { topic, partition: 0, offset: 3 };
      expect(await subscription.commitIfOwned(position)).toBe(true);
      expect(await subscription.commitIfOwned(position)).toBe(true);
      expect(await subscription.commitIfOwned({ ...position, topic: another })).toBe(false);
      expect(await underTest.log.inspect({ group, topic }).positions()).toMatchObject([{ committed: 3 }]);
    });

    it('The event log reads several topics in one subscription', async () => {
      const topics = await Promise.all([underTest.newTopic(), underTest.newTopic()]);
      for (const topic of topics) await underTest.publish(topic, manyEntries(10));
      const subscription = underTest.log.subscribe({ group: uniqueName('group'), topics });
      const records = await pullRecords(subscription, 20);
      await subscription.close();
      for (const topic of topics) expect(records.filter((record) => record.topic === topic)).toHaveLength(10);
    });

    it('The event log shares the partitions when a second member joins, and reports the revoked ones to the first', async () => {
      const { topic, first, second, lost } = await twoMembers(underTest);
      const owned = [...first.assignment(), ...second.assignment()];
      expect(inOrder(owned).map(({ partition }) => partition)).toEqual([0, 1, 2, 3]);
      expect(lost).toEqual(expect.arrayContaining(second.assignment().map(({ partition }) => ({ topic, partition }))));
    });

    it('The event log delivers each record to one of two members', async () => {
      const { topic, first, second } = await twoMembers(underTest);
      await underTest.publish(topic, manyEntries(100));
      const records: LogRecord[] = [];
      await until(async () => {
        for (const member of [first, second]) records.push(...(await member.pull({ maxRecords: 100, maxWaitMs: 50 })));
        return records.length >= 100;
      }, GROUP_PATIENCE);
      expect(sortedValuesOf(records)).toEqual(firstNumbers(100).map(String));
    });

    it('The event log delivers the uncommitted records of a member that left to the one that stays', async () => {
      const { topic, first, second } = await twoMembers(underTest);
      const partition = second.assignment()[0]!.partition;
      const outcomes = await underTest.publish(topic, manyEntries(100));
      const expected = outcomes.filter((outcome) => outcome.partition === partition);
      const pulled = await pullWhere(second, expected.length, (record) => record.partition === partition);
      await second.close();
      const again = await pullWhere(first, expected.length, (record) => record.partition === partition);
      expect(placesOf(pulled)).toEqual(placesOf(expected));
      expect(placesOf(again)).toEqual(placesOf(expected));
    });
  });
}

/** Commits everything up to and with these records. */
export async function commitAll(
  subscription: EventSubscription,
  records: readonly LogRecord[],
  note?: string,
): Promise<void> {
  const next = new Map<string, TopicPosition>();
  for (const { topic, partition, offset } of records) {
    next.set(`${topic}/${partition}`, { topic, partition, offset: offset + 1 });
  }
  await subscription.commit([...next.values()], note);
}

/** A group that has read and committed so many entries, and has no member any more. */
async function committedGroup(underTest: LogUnderTest, count: number, partitions = 3) {
  const topic = await underTest.newTopic(partitions);
  const group = uniqueName('group');
  await underTest.publish(topic, manyEntries(count));
  const subscription = underTest.subscribe(topic, group);
  await commitAll(subscription, await pullRecords(subscription, count));
  await subscription.close();
  return { topic, group };
}

/** Two members that share the four partitions of a topic; the first had all of them before. */
async function twoMembers(underTest: LogUnderTest) {
  const topic = await underTest.newTopic(4);
  const group = uniqueName('group');
  const lost: { topic: string; partition: number }[] = [];
  const first = underTest.subscribe(topic, group);
  first.onRevoked((partitions) => lost.push(...partitions));
  await until(() => first.assignment().length === 4, GROUP_PATIENCE);
  const second = underTest.subscribe(topic, group);
  await until(() => first.assignment().length === 2 && second.assignment().length === 2, GROUP_PATIENCE);
  return { topic, first, second, lost };
}

async function pullWhere(subscription: EventSubscription, count: number, matches: (record: LogRecord) => boolean) {
  const records: LogRecord[] = [];
  await until(async () => {
    records.push(...(await subscription.pull({ maxRecords: 100, maxWaitMs: 50 })).filter(matches));
    return records.length >= count;
  }, GROUP_PATIENCE);
  return records;
}

function inOrder(positions: readonly TopicPosition[]): TopicPosition[] {
  return [...positions].sort((a, b) => a.partition - b.partition);
}
