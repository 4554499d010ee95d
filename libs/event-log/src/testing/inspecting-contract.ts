import { describe, expect, it } from '@jest/globals';
import { until } from '@sluice/test-kit';
import type { BufferInspector, LogRecord, PeekOptions } from '../event-log.js';
import { commitAll } from './group-contract.js';
import {
  GROUP_PATIENCE,
  firstNumbers,
  manyEntries,
  placesOf,
  pullRecords,
  uniqueName,
  type LogUnderTest,
} from './log-under-test.js';

export function describeInspecting(underTest: LogUnderTest): void {
  describe('The inspector', () => {
    it('The inspector shows a group that has never committed at the first record', async () => {
      const { inspector } = await onePartition(underTest, 5);
      expect(await inspector.positions()).toEqual([{ partition: 0, low: 0, committed: 0, high: 5, note: '' }]);
    });

    it('The inspector shows the committed offsets and the note that was committed with them', async () => {
      const { inspector, topic, group } = await onePartition(underTest, 5);
      const subscription = underTest.subscribe(topic, group);
      const note = 'store away: größer als erwartet '.padEnd(200, '.');
      await commitAll(subscription, await pullRecords(subscription, 3), note);
      expect(await inspector.positions()).toEqual([{ partition: 0, low: 0, committed: 3, high: 5, note }]);
    });

    it('The inspector shows a note of a group that does not move, and none after a commit without one', async () => {
      const { inspector, topic, group } = await onePartition(underTest, 5);
      const subscription = underTest.subscribe(topic, group);
      await until(() => subscription.assignment().length === 1, GROUP_PATIENCE);
      await subscription.commit(subscription.assignment(), 'store away');
      expect(await inspector.positions()).toMatchObject([{ committed: 0, note: 'store away' }]);
      await subscription.commit(subscription.assignment());
      expect(await inspector.positions()).toMatchObject([{ committed: 0, note: '' }]);
    });

    it('The inspector keeps low <= committed <= high in every partition', async () => {
      const topic = await underTest.newTopic(3);
      const group = uniqueName('group');
      const inspector = underTest.log.inspect({ group, topic });
      await underTest.publish(topic, manyEntries(60));
      const subscription = underTest.subscribe(topic, group);
      await commitAll(subscription, await pullRecords(subscription, 25));
      const positions = await inspector.positions();
      for (const { low, committed, high } of positions)
        expect([low, committed, high]).toEqual(sorted([low, committed, high]));
      expect(sum(positions.map(({ committed }) => committed))).toBe(25);
      expect(sum(positions.map(({ high }) => high))).toBe(60);
    });

    it('The inspector refuses positions of a topic that is missing', async () => {
      const inspector = underTest.log.inspect({ group: uniqueName('group'), topic: uniqueName('missing') });
      await expect(inspector.positions()).rejects.toMatchObject({ code: 'topic-missing' });
    });

    it('The inspector peeks at exactly the records of the range, in their order', async () => {
      const { inspector } = await onePartition(underTest, 10);
      const records = await peekAll(inspector, { partition: 0, fromOffset: 3, toOffset: 7, maxRecords: 100 });
      expect(records.map(({ offset, value }) => [offset, String(value)])).toEqual([
        [3, '3'],
        [4, '4'],
        [5, '5'],
        [6, '6'],
      ]);
    });

    it('The inspector peeks at the records as they were published', async () => {
      const { inspector, topic } = await onePartition(underTest, 0);
      const entry = { key: null, value: Buffer.from([0, 255]), headers: { a: 'b' }, timestampMs: Date.now() };
      await underTest.publish(topic, [entry]);
      const records = await inspector.peek({ partition: 0, fromOffset: 0, toOffset: 1, maxRecords: 1 });
      expect(records).toEqual([{ ...entry, topic, partition: 0, offset: 0 }]);
    });

    it('The inspector never returns more from a peek than was requested', async () => {
      const { inspector } = await onePartition(underTest, 10);
      const records = await inspector.peek({ partition: 0, fromOffset: 2, toOffset: 10, maxRecords: 3 });
      expect(records.length).toBeGreaterThanOrEqual(1);
      expect([2, 3, 4].slice(0, records.length)).toEqual(records.map(({ offset }) => offset));
    });

    it('The inspector returns nothing for an empty range, and nothing beyond the high watermark', async () => {
      const { inspector } = await onePartition(underTest, 5);
      expect(await inspector.peek({ partition: 0, fromOffset: 3, toOffset: 3, maxRecords: 10 })).toEqual([]);
      expect(await inspector.peek({ partition: 0, fromOffset: 5, toOffset: 9, maxRecords: 10 })).toEqual([]);
      const tail = await peekAll(inspector, { partition: 0, fromOffset: 4, toOffset: 9, maxRecords: 10 });
      expect(tail.map(({ offset }) => offset)).toEqual([4]);
    });

    it('The inspector answers several peeks at the same time, each with its own range', async () => {
      const { inspector } = await onePartition(underTest, 10);
      const peeks = [0, 3, 6, 9].map((fromOffset) =>
        inspector.peek({ partition: 0, fromOffset, toOffset: fromOffset + 1, maxRecords: 5 }),
      );
      expect((await Promise.all(peeks)).map((records) => records.map(({ offset }) => offset))).toEqual([
        [0],
        [3],
        [6],
        [9],
      ]);
    });

    it('The inspector changes no offset by peeking', async () => {
      const { inspector, topic, group } = await onePartition(underTest, 6);
      const before = await inspector.positions();
      await inspector.peek({ partition: 0, fromOffset: 0, toOffset: 6, maxRecords: 6 });
      expect(await inspector.positions()).toEqual(before);
      const records = await pullRecords(underTest.subscribe(topic, group), 6);
      expect(placesOf(records)).toEqual(firstNumbers(6).map((offset) => `0/${offset}`));
    });

    it('The inspector reports the retention of a record: a time, or none', async () => {
      const { inspector } = await onePartition(underTest, 0);
      const retentionMs = await inspector.retentionMs();
      expect(retentionMs === undefined || retentionMs > 0).toBe(true);
    });

    it('The inspector names the members of the group with the partitions that each of them reads', async () => {
      const topic = await underTest.newTopic(3);
      const group = uniqueName('group');
      const inspector = underTest.log.inspect({ group, topic });
      expect(await inspector.assignments()).toEqual([]);
      await underTest.publish(topic, manyEntries(2));
      const subscription = underTest.subscribe(topic, group);
      await pullRecords(subscription, 2);
      const [member, ...others] = await inspector.assignments();
      expect([member?.partitions, others]).toEqual([[0, 1, 2], []]);
      await subscription.close();
    });

    it('The inspector counts the members of the group, and does not count itself', async () => {
      const { inspector, topic, group } = await onePartition(underTest, 2);
      await inspector.peek({ partition: 0, fromOffset: 0, toOffset: 2, maxRecords: 2 });
      expect(await inspector.members()).toBe(0);
      const subscription = underTest.subscribe(topic, group);
      await pullRecords(subscription, 2);
      expect(await inspector.members()).toBe(1);
      await subscription.close();
      await until(async () => (await inspector.members()) === 0, GROUP_PATIENCE);
      expect(await inspector.members()).toBe(0);
    });
  });
}

/** A topic of one partition with so many entries, and an inspector of a new group. */
async function onePartition(underTest: LogUnderTest, count: number) {
  const topic = await underTest.newTopic(1);
  const group = uniqueName('group');
  if (count > 0) await underTest.publish(topic, manyEntries(count));
  return { topic, group, inspector: underTest.log.inspect({ group, topic }) };
}

/** A peek may return fewer than there are: asks on until it returns none. */
async function peekAll(inspector: BufferInspector, options: PeekOptions): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  let page = await inspector.peek(options);
  while (page.length > 0) {
    records.push(...page);
    page = await inspector.peek({ ...options, fromOffset: page.at(-1)!.offset + 1 });
  }
  return records;
}

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
