import { describe, expect, it } from '@jest/globals';
import { partitionOf } from '@sluice/contracts';
import type { LogEntry } from '../event-log.js';
import {
  entryOf,
  firstNumbers,
  manyEntries,
  offsetsByPartition,
  placesOf,
  pullRecords,
  sortedValuesOf,
  uniqueName,
  type LogUnderTest,
} from './log-under-test.js';

export function describePublishing(underTest: LogUnderTest): void {
  describe('Publishing', () => {
    it('The event log returns partition and offset of every entry, in the order of the entries', async () => {
      const topic = await underTest.newTopic();
      const entries = manyEntries(100);
      const outcomes = await underTest.publish(topic, entries);
      const records = await pullRecords(underTest.subscribe(topic, uniqueName('group')), 100);
      const valueAt = new Map(records.map((record) => [placesOf([record])[0], String(record.value)]));
      expect(placesOf(outcomes).map((place) => valueAt.get(place))).toEqual(entries.map(({ value }) => String(value)));
    });

    it('The event log counts the offsets of each partition from 0 without a gap', async () => {
      const topic = await underTest.newTopic();
      const first = await underTest.publish(topic, manyEntries(50));
      const second = await underTest.publish(topic, manyEntries(50));
      for (const offsets of offsetsByPartition([...first, ...second]).values()) {
        expect(offsets).toEqual(firstNumbers(offsets.length));
      }
    });

    it('The event log puts each key into the partition that partitionOf names', async () => {
      const topic = await underTest.newTopic(5);
      const keys = firstNumbers(40).map((index) => `device-${index}`);
      const outcomes = await underTest.publish(
        topic,
        keys.map((key) => entryOf(key, 'x')),
      );
      expect(outcomes.map(({ partition }) => partition)).toEqual(keys.map((key) => partitionOf(key, 5)));
    });

    it('The event log puts an entry without a key into partition 0', async () => {
      const topic = await underTest.newTopic();
      expect(await underTest.publish(topic, [entryOf(null, 'x')])).toEqual([
        { written: true, partition: 0, offset: 0 },
      ]);
    });

    it('The event log keeps key, value, headers and time exactly as they were', async () => {
      const everyByte = Buffer.from(firstNumbers(256));
      await expectUnchanged(underTest, {
        key: everyByte,
        value: Buffer.concat([everyByte, everyByte]),
        headers: { 'schema-version': '1', empty: '', text: 'Größe "5 µm" \\ 🧬\n' },
        timestampMs: Date.now(),
      });
    });

    it('The event log distinguishes an absent key and value from empty ones', async () => {
      await expectUnchanged(underTest, { key: null, value: null, headers: {}, timestampMs: Date.now() });
      await expectUnchanged(underTest, {
        key: Buffer.from('key'),
        value: Buffer.alloc(0),
        headers: {},
        timestampMs: Date.now(),
      });
    });

    it('The event log accepts 5,000 entries of more than 2 MB in one call', async () => {
      const topic = await underTest.newTopic();
      const filler = Buffer.alloc(450, '.').toString();
      const entries = firstNumbers(5000).map((index) => entryOf(`device-${index % 40}`, `${index} ${filler}`));
      const outcomes = await underTest.publish(topic, entries);
      const records = await pullRecords(underTest.subscribe(topic, uniqueName('group')), 5000);
      expect(new Set(placesOf(outcomes))).toEqual(new Set(placesOf(records)));
      expect(new Set(records.map(({ value }) => String(value))).size).toBe(5000);
    });

    it('The event log gives each of many concurrent calls its own offsets', async () => {
      const topic = await underTest.newTopic();
      const calls = firstNumbers(50).map(() => underTest.publish(topic, manyEntries(20)));
      const outcomes = (await Promise.all(calls)).flat();
      for (const offsets of offsetsByPartition(outcomes).values()) {
        expect(offsets.sort((a, b) => a - b)).toEqual(firstNumbers(offsets.length));
      }
      expect(outcomes).toHaveLength(1000);
    });

    it('The event log accepts entries for different topics at the same time', async () => {
      const topics = await Promise.all([underTest.newTopic(), underTest.newTopic()]);
      await Promise.all(topics.map((topic) => underTest.publish(topic, manyEntries(20))));
      for (const topic of topics) {
        const records = await pullRecords(underTest.subscribe(topic, uniqueName('group')), 20);
        expect(sortedValuesOf(records)).toEqual(firstNumbers(20).map(String));
      }
    });

    it('The event log returns no outcomes for no entries', async () => {
      expect(await underTest.publish(await underTest.newTopic(), [])).toEqual([]);
    });

    it('The event log refuses a missing topic, and never creates it', async () => {
      const missing = uniqueName('missing');
      const attempt = underTest.log.publisher.publish(missing, [entryOf('a', 'x')]);
      await expect(attempt).rejects.toMatchObject({ code: 'topic-missing' });
      await expect(underTest.log.requireTopics([missing])).rejects.toMatchObject({ code: 'topic-missing' });
    });
  });
}

async function expectUnchanged(underTest: LogUnderTest, entry: LogEntry): Promise<void> {
  const topic = await underTest.newTopic();
  const outcomes = await underTest.publish(topic, [entry]);
  const records = await pullRecords(underTest.subscribe(topic, uniqueName('group')), 1);
  const { partition, offset } = outcomes[0]!;
  expect(records).toEqual([{ ...entry, topic, partition, offset }]);
}
