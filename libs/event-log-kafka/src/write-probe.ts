import { EventLogError } from '@sluice/event-log';
import type { DirectClient } from './direct-client.js';
import { codeOf } from './kafka-errors.js';

const ALL_IN_SYNC = -1;
const TIMEOUT_MS = 2_000;
/** For a topic with more partitions, only some are asked. */
const MAX_PARTITIONS = 32;

/** How brokers refuse a batch for its content, https://kafka.apache.org/protocol#protocol_error_codes */
const CONTENT_REFUSED: ReadonlySet<number> = new Set([2, 42, 87]);

/**
 * Whether the topic can be appended to, without a record: a batch of no records passes every check that a broker makes of an
 * append (the right, the leader, the in-sync replicas), and is then refused for its content.
 *
 * @throws EventLogError `unavailable` with the failure
 */
export async function probeWrites(client: DirectClient, topic: string): Promise<void> {
  try {
    const partitions = await client.partitionsOf(topic);
    await Promise.all(partitions.slice(0, MAX_PARTITIONS).map((partition) => probe(client, topic, partition)));
  } catch (error) {
    throw client.refusal(error);
  }
}

async function probe(client: DirectClient, topic: string, partition: number): Promise<void> {
  const topicData = [{ topic, partitions: [{ partition, firstSequence: 0, messages: [] as [] }] }];
  try {
    await client.askLeader(topic, partition, (broker) =>
      broker.produce({ acks: ALL_IN_SYNC, timeout: TIMEOUT_MS, topicData }),
    );
  } catch (error) {
    if (error instanceof EventLogError || !CONTENT_REFUSED.has(codeOf(error))) throw error;
  }
}
