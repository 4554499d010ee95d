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

/** The leader has moved, or the metadata do not have it yet. */
const STALE = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
]);

/**
 * Single requests of the Kafka protocol to the leader of a partition, without a consumer group and without a producer: KafkaJS
 * has them internally, but does not export them.
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

  /** @throws an error of KafkaJS; that of the broker that looks up the coordinator, if that request failed */
  async askCoordinator<T>(groupId: string, request: (broker: DirectBroker) => Promise<T>): Promise<T> {
    const cluster = await this.cluster();
    const coordinator = await cluster.findGroupCoordinator({ groupId }).catch((error: unknown) => {
      throw this.attempts.revealed(error as Error);
    });
    return request(coordinator);
  }

  /** Looks up leaders and coordinators again, after a pause. */
  async refresh(delayMs: number): Promise<void> {
    await pause(delayMs, this.closing.signal);
    await (await this.cluster()).refreshMetadata().catch(() => undefined);
  }

  /**
   * The oldest version that the brokers may have, judged by their features: no request returns a version. @throws an error of
   * KafkaJS
   */
  async versionOfBrokers(): Promise<string> {
    const cluster = await this.cluster();
    await cluster.refreshMetadata();
    const broker = await cluster.findControllerBroker();
    return versionBy(broker.versions);
  }

  /** Converts the error of a request for the caller of the port. */
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

  /** Looks up the leader again, or reconnects. */
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
    const client = newKafkaClient(this.options, this.attempts, this.attempts.logging);
    const cluster = newCluster(client, METADATA_MAX_AGE_MS);
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

const FETCH = 1;
/** The newest version of a fetch, and the first Kafka that has it. */
const VERSIONS_OF_FETCH = [
  [17, '3.9'],
  [16, '3.7'],
  [15, '3.5'],
  [13, '3.1'],
  [12, '2.7'],
  [11, '2.3'],
] as const;

function versionBy(versions: DirectBroker['versions']): string {
  // Kafka 4 no longer accepts the fetches of clients before 2.1.
  if ((versions[FETCH]?.minVersion ?? 0) >= 4) return 'they can do what Kafka 4.0 or newer can';
  const newest = versions[FETCH]?.maxVersion ?? 0;
  const known = VERSIONS_OF_FETCH.find(([version]) => newest >= version);
  return known === undefined
    ? 'they are older than Kafka 2.3, with which nothing is tested'
    : `they can do what Kafka ${known[1]} can`;
}
