import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { EventSubscription, LogEntry, LogRecord, TopicPosition } from '@sluice/event-log';
import { describeEventLogContract, describePublishingContract } from '@sluice/event-log/testing';
import { KafkaEventLog } from './kafka-event-log.js';
import { brokersForTests } from './testing/brokers.js';

const brokers = brokersForTests();

describeEventLogContract('KafkaEventLog', async () => newLog());
describePublishingContract('KafkaEventLog with the producer of KafkaJS', async () => newLog('kafkajs'));

describe('KafkaEventLog in a group that changes', () => {
  const log = newLog();
  const members: EventSubscription[] = [];

  afterEach(() => Promise.all(members.splice(0).map((member) => member.close())));
  afterAll(() => log.close());

  it('No record is left out when a member joins while another one reads', async () => {
    const { topic, group } = await newTopic(2000);
    const first = await joined(topic, group, 4);
    const seen = new Set(placesOf(await pullAndCommit(first)));
    const second = join(topic, group);
    while (seen.size < 2000) {
      for (const member of [first, second]) placesOf(await pullAndCommit(member)).forEach((place) => seen.add(place));
    }
    const positions = await log.inspect({ group, topic }).positions();
    expect(positions.map(({ committed }) => committed)).toEqual(positions.map(({ high }) => high));
  });

  it('A commit for partitions that were lost meanwhile has no effect', async () => {
    const { topic, group } = await newTopic(400);
    const first = await joined(topic, group, 4);
    const pulled: LogRecord[] = [];
    while (pulled.length < 400) pulled.push(...(await first.pull({ maxRecords: 400, maxWaitMs: 1000 })));
    const second = await joined(topic, group, 2);
    await first.commit(positionsBehind(pulled));
    const lost = new Set(second.assignment().map(({ partition }) => partition));
    for (const { partition, committed, high } of await log.inspect({ group, topic }).positions()) {
      expect(committed).toBe(lost.has(partition) ? 0 : high);
    }
  });

  it('A late commit does not move the offset backwards', async () => {
    const { topic, group } = await newTopic(10, 1);
    const member = await joined(topic, group, 1);
    await member.commit([{ topic, partition: 0, offset: 8 }]);
    await member.commit([{ topic, partition: 0, offset: 3 }]);
    expect(await log.inspect({ group, topic }).positions()).toMatchObject([{ committed: 8 }]);
  });

  it('A subscription continues when the topic that it waits for is created', async () => {
    const topic = `late-${randomUUID()}`;
    const member = join(topic, `group-${randomUUID()}`);
    const pull = member.pull({ maxRecords: 1, maxWaitMs: 50_000 });
    await log.createTopics([{ name: topic, partitions: 1 }]);
    await log.publisher.publish(topic, [entryOf(0)]);
    expect(await pull).toMatchObject([{ topic, offset: 0 }]);
  }, 60_000);

  async function newTopic(entries: number, partitions = 4) {
    const [topic, group] = [`kafka-${randomUUID()}`, `group-${randomUUID()}`];
    await log.createTopics([{ name: topic, partitions }]);
    const outcomes = await log.publisher.publish(
      topic,
      Array.from({ length: entries }, (_, index) => entryOf(index)),
    );
    expect(outcomes.every(({ written }) => written)).toBe(true);
    return { topic, group };
  }

  function join(topic: string, group: string): EventSubscription {
    const member = log.subscribe({ group, topics: [topic] });
    members.push(member);
    return member;
  }

  async function joined(topic: string, group: string, partitions: number): Promise<EventSubscription> {
    const member = join(topic, group);
    while (member.assignment().length !== partitions) await new Promise((resolve) => setTimeout(resolve, 20));
    return member;
  }
});

function newLog(producer: 'direct' | 'kafkajs' = 'direct'): KafkaEventLog {
  return new KafkaEventLog({
    producer,
    url: `kafka://${brokers}`,
    clientId: 'kafka-event-log-spec',
    publishTimeoutMs: 10_000,
    commitTimeoutMs: 10_000,
    replicationFactor: 1,
  });
}

async function pullAndCommit(member: EventSubscription): Promise<LogRecord[]> {
  const records = await member.pull({ maxRecords: 100, maxWaitMs: 50 });
  await member.commit(positionsBehind(records));
  return records;
}

function positionsBehind(records: readonly LogRecord[]): TopicPosition[] {
  const last = new Map(
    records.map(({ topic, partition, offset }) => [partition, { topic, partition, offset: offset + 1 }]),
  );
  return [...last.values()];
}

function placesOf(records: readonly LogRecord[]): string[] {
  return records.map(({ partition, offset }) => `${partition}/${offset}`);
}

function entryOf(index: number): LogEntry {
  return {
    key: Buffer.from(`device-${index % 40}`),
    value: Buffer.from(String(index)),
    headers: {},
    timestampMs: Date.now(),
  };
}
