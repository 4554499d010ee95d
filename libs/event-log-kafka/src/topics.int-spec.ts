import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import kafkajs, { Kafka, logLevel } from 'kafkajs';
import { type LogEntry, type TopicSpec, positionsBehind } from '@sluice/event-log';
import { until } from '@sluice/test-kit';
import { KafkaEventLog } from './kafka-event-log.js';
import { brokersForTests } from './testing/brokers.js';
import { BROKER_PATIENCE } from './testing/patience.js';

jest.setTimeout(120_000);

describe('Topics on Kafka', () => {
  const log = new KafkaEventLog({
    url: `kafka://${brokersForTests()}`,
    clientId: 'topics-spec',
    publishTimeoutMs: 10_000,
    commitTimeoutMs: 10_000,
    replicationFactor: 1,
  });
  afterAll(() => log.close());

  const newName = () => `topics-${randomUUID()}`;
  const wanted = (name: string, partitions: number, more: Partial<TopicSpec> = {}) =>
    log.createTopics([{ name, partitions, ...more }]);

  async function partitionsOf(topic: string): Promise<number> {
    return (await log.inspect({ group: 'inspection', topic }).positions()).length;
  }

  it('A topic keeps its number of partitions if no number is requested', async () => {
    const name = newName();
    await wanted(name, 3);
    await wanted(name, 12, { otherCount: 'keep' });
    expect(await partitionsOf(name)).toBe(3);
  });

  it('Differences are listed without changing a topic, each with the command that removes it', async () => {
    const [few, missing] = [newName(), newName()];
    await wanted(few, 3);
    const differences = await log.topicDifferences([
      { name: few, partitions: 4, otherCount: 'grow', setting: 'EVENT_LOG_PARTITIONS' },
      { name: few, partitions: 12, otherCount: 'keep' },
      { name: missing, partitions: 2, otherCount: 'keep', keepsAll: true },
    ]);
    expect(differences).toEqual([
      expect.stringMatching(/has 3 partitions, and 4 are asked for by EVENT_LOG_PARTITIONS\..* --partitions 4$/),
      expect.stringMatching(
        /is missing, or this login may not see it\. Run kafka-topics\.sh .* --config retention\.ms=-1/,
      ),
    ]);
    await expect(log.requireTopics([missing])).rejects.toMatchObject({ code: 'topic-missing' });
  });

  it('A topic is never made smaller, and the error names both numbers and the setting', async () => {
    const name = newName();
    await wanted(name, 3);
    const smaller = wanted(name, 2, { otherCount: 'grow', setting: 'EVENT_LOG_PARTITIONS' });
    await expect(smaller).rejects.toMatchObject({ code: 'topic-mismatch' });
    await expect(smaller).rejects.toThrow(/has 3 partitions, and 2 are asked for by EVENT_LOG_PARTITIONS/);
  });

  it('A topic grows while it is written, read and inspected, without a restart', async () => {
    const [name, group] = [newName(), newName()];
    await wanted(name, 1);
    const member = log.subscribe({ group, topics: [name] });
    const inspector = log.inspect({ group, topic: name });
    const read = new Set<number>();
    await publish(name, 0);
    await inspector.peek({ partition: 0, fromOffset: 0, toOffset: 1, maxRecords: 1 });
    await wanted(name, 4, { otherCount: 'grow' });
    await until(async () => {
      await publish(name, 1);
      const records = await member.pull({ maxRecords: 1000, maxWaitMs: 200 });
      for (const { partition } of records) read.add(partition);
      await member.commit(positionsBehind(records));
      return read.size === 4;
    }, BROKER_PATIENCE);
    const positions = await inspector.positions();
    for (const { partition, high } of positions) {
      const peeked = await inspector.peek({ partition, fromOffset: high - 1, toOffset: high, maxRecords: 1 });
      expect(peeked).toMatchObject([{ partition, offset: high - 1 }]);
    }
    await member.close();
  });

  it('A topic that keeps all records has no limit, and a limit that was set is found', async () => {
    const name = newName();
    await wanted(name, 1, { keepsAll: true });
    expect(await log.topicFindings([{ name, keepsAll: true }])).toEqual([]);
    expect(await log.inspect({ group: 'inspection', topic: name }).retentionMs()).toBeUndefined();
    await alter(name, { 'retention.ms': '604800000', 'retention.bytes': '-1', 'cleanup.policy': 'compact' });
    const findings = await log.topicFindings([{ name, keepsAll: true }]);
    expect(findings.map(({ setting }) => setting).sort()).toEqual(['cleanup.policy', 'retention.ms']);
  });

  it('Topics that take no record of the largest payload are found, by their own limit or that of the broker', async () => {
    const name = newName();
    await wanted(name, 1);
    const findings = (maxRecordBytes: number) => log.topicFindings([{ name, maxRecordBytes }]);
    // The broker's default.
    expect(await findings(1_048_588)).toEqual([]);
    expect(await findings(1_048_589)).toEqual([
      {
        topic: name,
        setting: 'max.message.bytes',
        detail:
          `The topic ${name} has max.message.bytes=1048588, which refuses records that MAX_PAYLOAD_BYTES lets in (1048589 bytes). ` +
          `Repair: kafka-configs.sh --bootstrap-server HOST:9092 --alter --entity-type topics --entity-name ${name} ` +
          '--add-config max.message.bytes=1048589',
      },
    ]);
    await alter(name, { 'max.message.bytes': '5000' });
    expect(await findings(5001)).toMatchObject([{ setting: 'max.message.bytes' }]);
    const [outcome] = await log.publisher.publish(name, [entryOf('x'.repeat(5000))]);
    expect(outcome).toMatchObject({ written: false });
    await alter(name, { 'max.message.bytes': '10000' });
    expect(await findings(5001)).toEqual([]);
  });

  async function publish(topic: string, run: number): Promise<void> {
    const entries = Array.from({ length: 40 }, (_, index) => entryOf(`${run}-${index}`));
    const outcomes = await log.publisher.publish(topic, entries);
    expect(outcomes.every(({ written }) => written)).toBe(true);
  }
});

async function alter(name: string, settings: Record<string, string>): Promise<void> {
  const kafka = new Kafka({ clientId: 'by-hand', brokers: brokersForTests().split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries }],
  });
  await admin.disconnect();
}

function entryOf(value: string): LogEntry {
  return { key: Buffer.from(value), value: Buffer.from(value), headers: {}, timestampMs: Date.now() };
}
