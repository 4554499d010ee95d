import type { Kafka } from 'kafkajs';
import { EventLogError } from '@sluice/event-log';
import type { ProtocolCall } from './produce-request.js';

/** What a broker answers to a fetch of one partition. */
export interface FetchedPartition {
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

/** The part of KafkaJS's broker that is used here: one request of the protocol each. */
export interface DirectBroker {
  fetch(request: FetchRequest): Promise<{ responses: { partitions: FetchedPartition[] }[] }>;
  produce(request: ProduceRequest): Promise<unknown>;
  disconnect(): Promise<void>;
  /** It connects, signs in, signs in again before the session ends, and matches answers to requests. */
  connectionPool: { send<Answer>(call: ProtocolCall<Answer>): Promise<Answer> };
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
}

/**
 * KafkaJS makes its clusters by a function that it keeps under a symbol.
 *
 * @param metadataMaxAge how long it takes the leaders of partitions to stay where they are, in milliseconds
 * @throws EventLogError `fatal` if another version of KafkaJS is installed
 */
export function newCluster(client: Kafka, metadataMaxAge: number): DirectCluster {
  const symbol = Object.getOwnPropertySymbols(client).find(({ description }) => description === CREATE_CLUSTER);
  const create = (client as unknown as Record<symbol, ClusterFactory>)[symbol!];
  if (create === undefined) throw new EventLogError('fatal', 'This version of KafkaJS has another inside than 2.2.');
  return create({ metadataMaxAge, allowAutoTopicCreation: false });
}

const CREATE_CLUSTER = 'private:Kafka:createCluster';
type ClusterFactory = (options: { metadataMaxAge: number; allowAutoTopicCreation: boolean }) => DirectCluster;
