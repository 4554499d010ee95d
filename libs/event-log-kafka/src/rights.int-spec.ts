import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import kafkajs, { Kafka, logLevel, type Admin } from 'kafkajs';
import { UNREADABLE_SETTING } from '@sluice/event-log';
import { until } from '@sluice/test-kit';
import { KafkaEventLog } from './kafka-event-log.js';
import { OwnBroker } from './testing/own-broker.js';
import { BROKER_PATIENCE, succeeds } from './testing/patience.js';

jest.setTimeout(180_000);

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** A resource without an ACL is open to all; with one, only what it allows is permitted. So a test restricts one resource. */
const AUTHORIZER = {
  KAFKA_AUTHORIZER_CLASS_NAME: 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  KAFKA_ALLOW_EVERYONE_IF_NO_ACL_FOUND: 'true',
};

const ENTRY = { key: Buffer.from('dev-2'), value: Buffer.from('a'), headers: {}, timestampMs: Date.now() };

type Operation = Exclude<keyof typeof AclOperationTypes, 'UNKNOWN' | 'ANY'>;

describe('A login without a right', () => {
  const lines: string[] = [];
  let broker: OwnBroker;
  let log: KafkaEventLog;
  let admin: Admin;
  let topic: string;

  beforeAll(async () => {
    broker = await OwnBroker.start(undefined, AUTHORIZER);
    log = new KafkaEventLog({
      url: `kafka://${broker.address}`,
      clientId: 'rights-spec',
      publishTimeoutMs: 5_000,
      commitTimeoutMs: 5_000,
      replicationFactor: 1,
      logger: (_, message) => lines.push(message),
    });
    await until(() => succeeds(log.ping()), BROKER_PATIENCE);
    admin = new Kafka({ clientId: 'by-hand', brokers: [broker.address], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
  });
  beforeEach(async () => {
    lines.length = 0;
    topic = `rights-${randomUUID()}`;
    await log.createTopics([{ name: topic, partitions: 2 }]);
  });
  afterAll(async () => {
    await admin.disconnect();
    await log.close();
    await broker.remove();
  });

  async function allowOnly(resourceName: string, operations: Operation[]): Promise<void> {
    const acl = operations.map((operation) => ({
      resourceType: AclResourceTypes.TOPIC,
      resourceName,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:ANONYMOUS',
      host: '*',
      operation: AclOperationTypes[operation],
      permissionType: AclPermissionTypes.ALLOW,
    }));
    await admin.createAcls({ acl });
  }

  async function denyAll(group: string): Promise<void> {
    const acl = {
      resourceType: AclResourceTypes.GROUP,
      resourceName: group,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:ANONYMOUS',
      host: '*',
      operation: AclOperationTypes.ALL,
      permissionType: AclPermissionTypes.DENY,
    };
    await admin.createAcls({ acl: [acl] });
  }

  const publish = () => log.publisher.publish(topic, [ENTRY]);
  const high = async () => {
    const positions = await log.inspect({ group: 'inspection', topic }).positions();
    return positions.reduce((sum, position) => sum + position.high, 0);
  };

  it('A login without Write gets a clear error by publish and probe, and the probe appends nothing', async () => {
    await allowOnly(topic, ['DESCRIBE', 'READ']);
    await until(async () => (await publish())[0]?.written === false, BROKER_PATIENCE);
    expect(await publish()).toMatchObject([{ written: false, cause: 'authorization' }]);
    await expect(log.proveWritable(topic)).rejects.toMatchObject({ failure: 'authorization' });
    await expect(log.ping()).resolves.toBeUndefined();
    await allowOnly(topic, ['WRITE']);
    const before = await high();
    await until(() => succeeds(log.proveWritable(topic)), BROKER_PATIENCE);
    await log.proveWritable(topic);
    expect(await high()).toBe(before);
    expect(await publish()).toMatchObject([{ written: true }]);
  });

  it('A login without Read gets a clear error by a peek, while the positions are shown', async () => {
    await publish();
    await allowOnly(topic, ['DESCRIBE', 'WRITE']);
    const inspector = log.inspect({ group: 'inspection', topic });
    const at = (await inspector.positions()).find((position) => position.high === 1)!;
    const peek = () => inspector.peek({ partition: at.partition, fromOffset: 0, toOffset: 1, maxRecords: 1 });
    await until(async () => !(await succeeds(peek().then(() => undefined))), BROKER_PATIENCE);
    await expect(peek()).rejects.toMatchObject({ code: 'unavailable', failure: 'authorization' });
    expect(lines.filter((line) => line.includes(`right Read on the topic ${topic}`))).toHaveLength(1);
    await expect(inspector.positions()).resolves.toHaveLength(2);
  });

  it('A login without DescribeConfigs gets a clear error only where settings are needed', async () => {
    await allowOnly(topic, ['DESCRIBE', 'READ']);
    const inspector = log.inspect({ group: 'inspection', topic });
    await until(async () => !(await succeeds(inspector.retentionMs().then(() => undefined))), BROKER_PATIENCE);
    await expect(inspector.retentionMs()).rejects.toMatchObject({ failure: 'authorization' });
    expect(lines.filter((line) => line.includes('right DescribeConfigs'))).toHaveLength(1);
    expect(await log.topicFindings([{ name: topic, keepsAll: true }])).toMatchObject([{ setting: UNREADABLE_SETTING }]);
    await expect(inspector.positions()).resolves.toHaveLength(2);
  });

  it('A login without Alter gets the command that adds partitions', async () => {
    await allowOnly(topic, ['DESCRIBE', 'READ', 'WRITE']);
    const grow = () =>
      log.createTopics([{ name: topic, partitions: 4, otherCount: 'grow', setting: 'EVENT_LOG_PARTITIONS' }]);
    await until(
      async () =>
        !(await succeeds(
          log
            .inspect({ group: 'x', topic })
            .retentionMs()
            .then(() => undefined),
        )),
      BROKER_PATIENCE,
    );
    await expect(grow()).rejects.toMatchObject({ code: 'topic-mismatch', failure: 'authorization' });
    await expect(grow()).rejects.toThrow(
      /has 2 partitions, and 4 are asked for by EVENT_LOG_PARTITIONS.*--partitions 4/,
    );
  });

  it('A login without a right on the group gets a clear error, although the client hides the answer of the broker', async () => {
    const group = `rights-${randomUUID()}`;
    await denyAll(group);
    const positions = () => log.inspect({ group, topic }).positions();
    await until(async () => !(await succeeds(positions().then(() => undefined))), BROKER_PATIENCE);
    await expect(positions()).rejects.toMatchObject({
      failure: 'authorization',
      message: expect.stringContaining('GROUP'),
    });
    const subscription = log.subscribe({ group, topics: [topic] });
    await until(
      async () => !(await succeeds(subscription.pull({ maxRecords: 1, maxWaitMs: 100 }).then(() => undefined))),
      BROKER_PATIENCE,
    );
    await expect(subscription.pull({ maxRecords: 1, maxWaitMs: 100 })).rejects.toMatchObject({
      code: 'fatal',
      message: expect.stringContaining('authorization: GROUP_AUTHORIZATION_FAILED'),
    });
    await subscription.close();
  });
});
