import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import kafkajs, { Kafka, logLevel, type Assigner, type Consumer, type PartitionAssigner } from 'kafkajs';
import { type EventSubscription, type LogEntry, positionsBehind } from '@sluice/event-log';
import { until } from '@sluice/test-kit';
import { KafkaEventLog } from './kafka-event-log.js';
import { brokersForTests } from './testing/brokers.js';
import { BROKER_PATIENCE } from './testing/patience.js';

jest.setTimeout(120_000);

const PARTITIONS = 4;

/** A client that joins the group by mistake, as any service with KafkaJS could. */
class Stranger {
  readonly values: string[] = [];
  private readonly consumer: Consumer;

  /** @param partitionAssigners left out: those of KafkaJS, which Sluice uses as well */
  constructor(
    private readonly topic: string,
    group: string,
    partitionAssigners?: PartitionAssigner[],
  ) {
    const kafka = new Kafka({ clientId: 'a-team', brokers: brokersForTests().split(','), logLevel: logLevel.NOTHING });
    this.consumer = kafka.consumer({
      groupId: group,
      maxWaitTimeInMs: 100,
      heartbeatInterval: 500,
      ...(partitionAssigners && { partitionAssigners }),
    });
  }

  async join(): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topic: this.topic, fromBeginning: true });
    await this.consumer.run({ eachMessage: async ({ message }) => void this.values.push(String(message.value)) });
  }

  leave(): Promise<void> {
    return this.consumer.disconnect();
  }
}

/** Named like the assignor of another client library. */
const RANGE: Pick<Assigner, 'name' | 'protocol'> = {
  name: 'range',
  protocol: ({ topics }) => ({
    name: 'range',
    metadata: kafkajs.AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
  }),
};

describe('A group that is closed to other clients', () => {
  const lines: string[] = [];
  const log = new KafkaEventLog({
    url: `kafka://${brokersForTests()}`,
    clientId: 'foreign-member-spec',
    publishTimeoutMs: 10_000,
    commitTimeoutMs: 10_000,
    replicationFactor: 1,
    logger: (level, message) => lines.push(`${level}: ${message}`),
  });
  let topic: string;
  let group: string;
  let member: EventSubscription;
  let stranger: Stranger;

  beforeEach(async () => {
    lines.length = 0;
    topic = `closed-${randomUUID()}`;
    group = `closed-${randomUUID()}`;
    await log.createTopics([{ name: topic, partitions: PARTITIONS }]);
    member = subscribe();
    stranger = new Stranger(topic, group);
  });
  afterEach(async () => {
    await Promise.all([stranger.leave(), member.close()]);
  });
  afterAll(() => log.close());

  function subscribe(): EventSubscription {
    return log.subscribe({ group, topics: [topic], clients: [] });
  }

  async function publish(from: number, count: number): Promise<void> {
    const entries = Array.from({ length: count }, (_, index) => entryOf(from + index));
    const outcomes = await log.publisher.publish(topic, entries);
    expect(outcomes.every(({ written }) => written)).toBe(true);
  }

  /** Reads like a service that obeys: nothing while the group is disturbed. */
  async function readUntil(values: Set<string>, size: number): Promise<void> {
    await until(async () => {
      if (member.disturbance?.() !== undefined) return false;
      const records = await member.pull({ maxRecords: 100, maxWaitMs: 200 });
      for (const { value } of records) values.add(String(value));
      await member.commit(positionsBehind(records));
      return values.size >= size;
    }, BROKER_PATIENCE);
  }

  it('A foreign member is named while it is in the group, and then all records that it has read are read again', async () => {
    const values = new Set<string>();
    await publish(0, 40);
    await readUntil(values, 40);
    await stranger.join();
    await until(async () => member.disturbance?.()?.reason === 'foreign_group_member', BROKER_PATIENCE);
    expect(member.disturbance?.()?.detail).toContain('"a-team"');
    await publish(40, 40);
    await until(async () => stranger.values.length > 0, BROKER_PATIENCE);
    await stranger.leave();
    await readUntil(values, 80);
    expect(lines.join('\n')).toContain('reading goes on at');
    const positions = await log.inspect({ group, topic }).positions();
    expect(positions.map(({ committed }) => committed)).toEqual(positions.map(({ high }) => high));
  });

  it('Commits made while no member of the service ran are not accepted until an operator accepts them', async () => {
    const values = new Set<string>();
    await publish(0, 40);
    await readUntil(values, 40);
    await member.close();
    await publish(40, 1);
    await stranger.join();
    await until(async () => stranger.values.length > 0 && (await isCommitted()), BROKER_PATIENCE);
    await stranger.leave();
    member = subscribe();
    await until(async () => member.disturbance?.()?.reason === 'foreign_commit', BROKER_PATIENCE);
    member.acceptPositions?.();
    expect(member.disturbance?.()).toBeUndefined();
    await publish(41, 10);
    await readUntil(values, 50);
  });

  it('A member waits for a foreign member that keeps it out of the group, and names it', async () => {
    const values = new Set<string>();
    await member.close();
    await stranger.leave();
    const range: PartitionAssigner = (cluster) => ({ ...kafkajs.PartitionAssigners.roundRobin(cluster), ...RANGE });
    stranger = new Stranger(topic, group, [range]);
    await stranger.join();
    member = subscribe();
    await until(async () => member.disturbance?.()?.reason === 'foreign_group_member', BROKER_PATIENCE);
    await stranger.leave();
    await publish(0, 40);
    await readUntil(values, 40);
  });

  it('A manual reset of the whole topic is accepted', async () => {
    const values = new Set<string>();
    await publish(0, 40);
    await readUntil(values, 40);
    await member.close();
    await resetByHand();
    member = subscribe();
    values.clear();
    await readUntil(values, 40);
  });

  async function isCommitted(): Promise<boolean> {
    const positions = await log.inspect({ group, topic }).positions();
    return positions.every(({ committed, high }) => committed === high);
  }

  /** Like `kafka-consumer-groups --reset-offsets --to-earliest --execute` in a group without members. */
  async function resetByHand(): Promise<void> {
    const kafka = new Kafka({ clientId: 'by-hand', brokers: brokersForTests().split(','), logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, offset: '0' }));
    await admin.setOffsets({ groupId: group, topic, partitions });
    await admin.disconnect();
  }
});

function entryOf(index: number): LogEntry {
  const [key, value] = [Buffer.from(`device-${index % 20}`), Buffer.from(String(index))];
  return { key, value, headers: {}, timestampMs: Date.now() };
}
