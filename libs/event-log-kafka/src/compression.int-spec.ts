import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { type EventLogOptions } from '@sluice/event-log';
import { until } from '@sluice/test-kit';
import { KafkaEventLog } from './kafka-event-log.js';
import { brokersForTests } from './testing/brokers.js';
import { BROKER_PATIENCE } from './testing/patience.js';

jest.setTimeout(120_000);

describe('Records on Kafka', () => {
  const opened: KafkaEventLog[] = [];
  afterAll(() => Promise.all(opened.map((log) => log.close())));

  function open(compression: EventLogOptions['compression']): KafkaEventLog {
    const url = `kafka://${brokersForTests()}`;
    const timeouts = { publishTimeoutMs: 10_000, commitTimeoutMs: 10_000 };
    const log = new KafkaEventLog({
      url,
      clientId: 'compression-spec',
      ...timeouts,
      ...(compression && { compression }),
    });
    opened.push(log);
    return log;
  }

  it.each(['none', 'gzip', 'zstd'] as const)(
    'Records that were compressed by %s come back unchanged',
    async (compression) => {
      const [log, topic] = [open(compression), `compression-${randomUUID()}`];
      await log.createTopics([{ name: topic, partitions: 1 }]);
      const entries = Array.from({ length: 50 }, (_, n) => {
        return {
          key: Buffer.from('k'),
          value: Buffer.from(`${n} ${'x'.repeat(200)}`),
          headers: { n: String(n) },
          timestampMs: 1000,
        };
      });
      const outcomes = await log.publisher.publish(topic, entries);
      expect(outcomes.map(({ written }) => written)).toEqual(entries.map(() => true));
      const peek = { partition: 0, fromOffset: 0, toOffset: 50, maxRecords: 50 };
      const peeked = await log.inspect({ group: 'inspection', topic }).peek(peek);
      expect(peeked.map(({ key, value, headers }) => ({ key, value, headers, timestampMs: 1000 }))).toEqual(entries);
      const member = log.subscribe({ group: topic, topics: [topic] });
      const pulled = await until(async () => {
        const records = await member.pull({ maxRecords: 50, maxWaitMs: 1_000 });
        return records.length > 0 && records;
      }, BROKER_PATIENCE);
      expect(String(pulled[0]?.value)).toBe(String(entries[0]!.value));
    },
  );
});
