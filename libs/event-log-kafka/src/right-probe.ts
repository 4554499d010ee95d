import { EventLogError, type LogRight } from '@sluice/event-log';
import type { DirectClient } from './direct-client.js';
import type { KafkaAdmin } from './kafka-admin.js';
import { brokerErrorOf, isFenced, isOutOfRange, isTransientAnswer } from './kafka-errors.js';
import type { KafkaTopics } from './kafka-topics.js';
import { topicRetentionMs } from './topic-settings.js';
import { probeWrites } from './write-probe.js';

/** The clients that send the requests. */
interface Parts {
  admin: KafkaAdmin;
  client: DirectClient;
  topics: KafkaTopics;
}

const ONE_BYTE = 1;
const ATTEMPTS = 20;
const RETRY_DELAY_MS = 200;
const NO_MEMBER = { groupGenerationId: -1, memberId: 'sluice-doctor' };

/**
 * Resolves if this login has the right. Brokers check each of these requests for that right, and none has an effect.
 *
 * @throws EventLogError `unavailable`, whose failure is `authorization` without the right; `topic-missing`
 */
export async function probeRight({ admin, client, topics }: Parts, { operation, on }: LogRight): Promise<void> {
  if ('group' in on) return operation === 'Read' ? readGroup(client, on.group) : describeGroup(admin, on.group);
  const { topic } = on;
  if (operation === 'Create') return topics.proveCreatable(topic);
  if (operation === 'Describe') return topics.require([topic]);
  if (operation === 'DescribeConfigs') return void (await topicRetentionMs(admin, topic));
  return operation === 'Write' ? probeWrites(client, topic) : readTopic(client, topic);
}

/** Fetches from the first offset, whatever records there are. */
async function readTopic(client: DirectClient, topic: string): Promise<void> {
  try {
    const [partition = 0] = await client.partitionsOf(topic);
    const partitions = [{ partition, fetchOffset: '0', maxBytes: ONE_BYTE }];
    const range = { replicaId: -1, isolationLevel: 1, maxWaitTime: 0, minBytes: 0, maxBytes: ONE_BYTE };
    await client.askLeader(topic, partition, (broker) => broker.fetch({ ...range, topics: [{ topic, partitions }] }));
  } catch (error) {
    if (!isOutOfRange(error)) throw client.refusal(error);
  }
}

async function describeGroup(admin: KafkaAdmin, group: string): Promise<void> {
  await admin.ask((client) => client.describeGroups([group]));
}

function denied(group: string): EventLogError {
  return new EventLogError('unavailable', `This login lacks a right on the group ${group}.`, {
    failure: 'authorization',
  });
}

/**
 * A heartbeat of no member: if the group may be read, the broker answers that it does not know the member, or that the group has
 * none. A coordinator that is loading is asked again.
 */
async function readGroup(client: DirectClient, group: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.askCoordinator(group, (broker) => broker.heartbeat({ groupId: group, ...NO_MEMBER }));
      return;
    } catch (error) {
      if (isFenced(error)) return;
      if (brokerErrorOf(error) === 'GROUP_AUTHORIZATION_FAILED') throw denied(group);
      if (attempt === ATTEMPTS || !isTransientAnswer(error)) throw client.refusal(error);
    }
    await client.refresh(RETRY_DELAY_MS);
  }
}
