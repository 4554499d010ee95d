import { EventLogError, type EventLogOptions } from '@sluice/event-log';
import { ConnectionAttempts } from './connection-attempts.js';
import { pause, within } from '@sluice/async';
import { type DirectBroker, type DirectCluster, newCluster } from './direct-cluster.js';
import { newKafkaClient } from './kafka-client.js';
import { brokerErrorOf, causeOf, describeError } from './kafka-errors.js';

const METADATA_MAX_AGE_MS = 10_000;
const ATTEMPTS = 3;
const RETRY_DELAY_MS = 200;
const CLOSE_TIMEOUT_MS = 2_000;

/** The leader has moved, or the metadata do not know yet where it is. */
const STALE = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
]);

/**
 * Single requests of the Kafka protocol to the leader of a partition, without a consumer group and without a producer: KafkaJS has
 * them inside, and does not offer them.
 */
export class DirectClient {
  private readonly attempts = new ConnectionAttempts();
  private readonly closing = new AbortController();
  private connection: Promise<DirectCluster> | undefined;

  constructor(private readonly options: EventLogOptions) {}

  /** @throws an error of KafkaJS; EventLogError `topic-missing` */
  async partitionsOf(topic: string): Promise<number[]> {
    const cluster = await this.cluster();
    await cluster.addTargetTopic(topic);
    await cluster.refreshMetadataIfNecessary();
    return cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
  }

  /** @throws an error of KafkaJS */
  async askLeader<T>(topic: string, partition: number, request: (broker: DirectBroker) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await request(await this.leaderOf(topic, partition));
      } catch (error) {
        if (attempt === ATTEMPTS || this.closing.signal.aborted || !(await this.isWorthRepeating(error))) throw error;
      }
      await pause(RETRY_DELAY_MS, this.closing.signal);
    }
  }

  /** The error of a request for the caller of the port. */
  refusal(error: unknown): EventLogError {
    if (error instanceof EventLogError) return error;
    const failure = causeOf(error);
    return new EventLogError('unavailable', `Kafka did not answer: ${describeError(error)}.`, {
      cause: error,
      failure,
    });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.closing.abort();
    this.attempts.end();
    await within(CLOSE_TIMEOUT_MS, this.disconnect());
  }

  private async leaderOf(topic: string, partition: number): Promise<DirectBroker> {
    const cluster = await this.cluster();
    await this.partitionsOf(topic);
    const found = cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition);
    if (found === undefined)
      throw new EventLogError('unavailable', `Kafka knows no partition ${partition} of ${topic}.`);
    return cluster.findBroker({ nodeId: found.leader });
  }

  /** Looks for the leader again, or connects anew. */
  private async isWorthRepeating(error: unknown): Promise<boolean> {
    const answer = brokerErrorOf(error);
    if (answer !== undefined && !STALE.has(answer)) return false;
    if (answer === undefined) await this.disconnect();
    else await (await this.cluster()).refreshMetadata().catch(() => undefined);
    return true;
  }

  private cluster(): Promise<DirectCluster> {
    this.connection ??= this.connect();
    return this.connection;
  }

  private async connect(): Promise<DirectCluster> {
    const cluster = newCluster(newKafkaClient(this.options, this.attempts), METADATA_MAX_AGE_MS);
    try {
      await cluster.connect();
      return cluster;
    } catch (error) {
      this.connection = undefined;
      throw error;
    }
  }

  private async disconnect(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    await (await connection?.catch(() => undefined))?.disconnect().catch(() => undefined);
  }
}
