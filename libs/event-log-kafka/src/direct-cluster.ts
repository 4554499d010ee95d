import type { Kafka } from 'kafkajs';
import { EventLogError } from '@sluice/event-log';

/** A broker's answer to a fetch of one partition. */
interface FetchedPartition {
  partition: number;
  messages: unknown[];
}

interface FetchRequest {
  replicaId: number;
  isolationLevel: number;
  maxWaitTime: number;
  minBytes: number;
  maxBytes: number;
  topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
}

interface ProduceRequest {
  acks: number;
  timeout: number;
  topicData: { topic: string; partitions: { partition: number; firstSequence: number; messages: [] }[] }[];
}

/** The part of KafkaJS's broker that is used here: one request of the protocol for each method. */
export interface DirectBroker {
  fetch(request: FetchRequest): Promise<{ responses: { partitions: FetchedPartition[] }[] }>;
  produce(request: ProduceRequest): Promise<unknown>;
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  /** The versions that the broker supports, by the number of the request. */
  versions: Readonly<Record<number, { minVersion: number; maxVersion: number }>>;
  disconnect(): Promise<void>;
  connectionPool: {
    /** Connects if it is not connected. */
    getConnection(): Promise<DirectConnection>;
  };
}

/** The part of KafkaJS's connection that is used here. */
export interface DirectConnection {
  clientId: string;
  /** Whether no login is due: neither the first one nor a renewal. */
  isAuthenticated(): boolean;
  authenticate(): Promise<void>;
  failIfNotConnected(): void;
  nextCorrelationId(): number;
  socket: { write(bytes: Buffer): boolean };
  requestQueue: {
    /** Sends it when there is room among the requests in flight, and settles its entry. */
    push(request: QueuedRequest): void;
    /** Sends nothing for this many milliseconds. */
    maybeThrottle(throttleMs: number): void;
  };
}

interface QueuedRequest {
  entry: {
    apiKey: number;
    apiVersion: number;
    apiName: string;
    correlationId: number;
    resolve: (answer: { payload: Buffer }) => void;
    reject: (error: Error) => void;
  };
  expectResponse: boolean;
  /** Null: the name of the client. */
  requestTimeout: number | null;
  sendRequest: () => void;
}

export interface PartitionMetadata {
  partitionId: number;
  /** Below zero: there is none. */
  leader: number;
}

/** The part of KafkaJS's cluster that is used here. */
export interface DirectCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findTopicPartitionMetadata(topic: string): PartitionMetadata[];
  findBroker(options: { nodeId: number }): Promise<DirectBroker>;
  findControllerBroker(): Promise<DirectBroker>;
  findGroupCoordinator(options: { groupId: string }): Promise<DirectBroker>;
}

/** The part of it that a producer needs. */
export type ProducerCluster = Omit<DirectCluster, 'findControllerBroker' | 'findGroupCoordinator'>;

/**
 * KafkaJS creates its clusters with a function that it keeps under a symbol.
 *
 * @param metadataMaxAge how long the leaders of partitions are cached, in milliseconds
 * @throws EventLogError `fatal` if another version of KafkaJS is installed
 */
export function newCluster(client: Kafka, metadataMaxAge: number): DirectCluster {
  const symbol = Object.getOwnPropertySymbols(client).find(({ description }) => description === CREATE_CLUSTER);
  const create = (client as unknown as Record<symbol, ClusterFactory>)[symbol!];
  if (create === undefined) throw new EventLogError('fatal', 'This version of KafkaJS is not 2.2.');
  return create({ metadataMaxAge, allowAutoTopicCreation: false });
}

const CREATE_CLUSTER = 'private:Kafka:createCluster';
type ClusterFactory = (options: { metadataMaxAge: number; allowAutoTopicCreation: boolean }) => DirectCluster;
