import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { partitionOf } from '@sluice/contracts';
import type { EventSubscription, LogEntry, LogRecord } from '@sluice/event-log';
import { until } from '@sluice/test-kit';
import { KafkaEventLog } from './kafka-event-log.js';
import { OwnBroker } from './testing/own-broker.js';
import { BROKER_PATIENCE, succeeds } from './testing/patience.js';

const PUBLISH_TIMEOUT_MS = 2_000;
const COMMIT_TIMEOUT_MS = 2_000;

jest.setTimeout(180_000);

describe('KafkaEventLog with a broker that becomes unavailable', () => {
  const lines: string[] = [];
  let broker: OwnBroker;
  let log: KafkaEventLog;
  let subscription: EventSubscription | undefined;

  beforeAll(async () => {
    broker = await OwnBroker.start();
    log = new KafkaEventLog({
      url: `kafka://${broker.address}`,
      clientId: 'kafka-outage-spec',
      publishTimeoutMs: PUBLISH_TIMEOUT_MS,
      commitTimeoutMs: COMMIT_TIMEOUT_MS,
      replicationFactor: 1,
      logger: (level, message) => lines.push(`${level}: ${message}`),
    });
    await until(() => succeeds(log.ping()), BROKER_PATIENCE);
  });
  afterEach(() => subscription?.close());
  afterAll(async () => {
    await log.close();
    await broker.remove();
  });

  it('Nothing counts as written while the broker is frozen, and the log recovers by itself', async () => {
    const topic = await newTopic();
    await publish(topic, ['before']);
    await broker.freeze();
    expect(await log.publisher.publish(topic, [entryOf('frozen')])).toEqual([
      { written: false, reason: expect.any(String), cause: 'timeout' },
    ]);
    expect(await log.publisher.publish(topic, [entryOf('refused')])).toMatchObject([{ written: false }]);
    await expect(log.ping()).rejects.toMatchObject({ code: 'unavailable' });
    await broker.thaw();
    await publishUntilWritten(topic, 'after');
    subscription = newSubscription(topic);
    const values = await pullUntil(subscription, 'after');
    expect(values[0]).toBe('before');
    expect(lines.map((line) => line.split(':')[0])).toEqual(['warn', 'info']);
  });

  it('The log recovers by itself after a restart of the broker, and leaves out no record', async () => {
    const topic = await newTopic();
    const group = `outage-${randomUUID()}`;
    subscription = log.subscribe({ group, topics: [topic] });
    await publish(topic, ['one', 'two', 'three']);
    await pullUntil(subscription, 'three');
    await subscription.commit([{ topic, partition: 0, offset: 1 }]);
    await broker.restart();
    await publishUntilWritten(topic, 'four');
    const values = await pullUntil(subscription, 'four');
    expect([['four'], ['two', 'three', 'four']]).toContainEqual(
      values.filter((value, index) => values.indexOf(value) === index),
    );
    const { high } = (await log.inspect({ group, topic }).positions())[0]!;
    // A broker that has forgotten the member drops its commit: the records come again, and with them the next commit.
    await until('the member commits', async () => {
      await subscription!.pull({ maxRecords: 10, maxWaitMs: 100 });
      await subscription!.commit([{ topic, partition: 0, offset: high }]);
      return (await log.inspect({ group, topic }).positions())[0]!.committed === high;
    });
  });

  it('A commit that a frozen broker did not store is not acknowledged, and the membership is kept', async () => {
    const topic = await newTopic();
    subscription = newSubscription(topic);
    await publish(topic, ['one']);
    await pullUntil(subscription, 'one');
    await broker.freeze();
    const position = { topic, partition: 0, offset: 1 };
    await expect(subscription.commit([position])).rejects.toMatchObject({ code: 'unavailable' });
    await broker.thaw();
    await until(() => succeeds(subscription!.commit([position])), BROKER_PATIENCE);
    await publishUntilWritten(topic, 'two');
    expect(await pullUntil(subscription, 'two')).toContain('two');
  });

  it('Keys go to the partitions that the Java client chooses', async () => {
    const topic = await newTopic(7);
    const keys = Array.from({ length: 200 }, (_, index) => `device-${index}-${'µ'.repeat(index % 5)}`);
    await broker.produceWithJavaClient(
      topic,
      keys.map((key) => `${key}:x`),
    );
    subscription = newSubscription(topic);
    const records = await pullRecords(subscription, keys.length);
    expect(records.map(({ key, partition }) => [String(key), partition]).sort()).toEqual(
      keys.map((key) => [key, partitionOf(key, 7)]).sort(),
    );
  });

  async function newTopic(partitions = 1): Promise<string> {
    const name = `outage-${randomUUID()}`;
    await log.createTopics([{ name, partitions }]);
    return name;
  }

  function newSubscription(topic: string): EventSubscription {
    return log.subscribe({ group: `outage-${randomUUID()}`, topics: [topic] });
  }

  async function publish(topic: string, values: string[]): Promise<void> {
    const outcomes = await log.publisher.publish(topic, values.map(entryOf));
    expect(outcomes.every(({ written }) => written)).toBe(true);
  }

  async function publishUntilWritten(topic: string, value: string): Promise<void> {
    await until(async () => {
      const outcomes = await log.publisher.publish(topic, [entryOf(value)]);
      return outcomes.every(({ written }) => written);
    }, BROKER_PATIENCE);
  }
});

function entryOf(value: string): LogEntry {
  return { key: null, value: Buffer.from(value), headers: {}, timestampMs: Date.now() };
}

async function pullUntil(subscription: EventSubscription, value: string): Promise<string[]> {
  const values: string[] = [];
  await until(async () => {
    const records = await subscription.pull({ maxRecords: 100, maxWaitMs: 1000 });
    values.push(...records.map((record) => String(record.value)));
    return values.includes(value);
  }, BROKER_PATIENCE);
  return values;
}

async function pullRecords(subscription: EventSubscription, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  await until(async () => {
    records.push(...(await subscription.pull({ maxRecords: count, maxWaitMs: 1000 })));
    return records.length >= count;
  }, BROKER_PATIENCE);
  return records;
}
