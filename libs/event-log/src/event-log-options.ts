import type { TopicLimits } from './event-log.js';
import type { KafkaAccess } from './kafka-access.js';
import type { LogNames } from './log-names.js';
import type { Append } from './shared-publisher.js';

/** Writes one line to the log of the process. */
export type LineLogger = (level: 'info' | 'warn', message: string) => void;

export interface EventLogOptions {
  /** `kafka://host:9092,host2:9092`, the same with `kafka+ssl://`, or `file:<directory>`. */
  url: string;
  /** The login for Kafka, and the trusted authorities. Absent: no login, Node's authorities. */
  kafka?: KafkaAccess;
  /** Names of topics and groups on Kafka. Default: those of the contract. The embedded log keeps to the default. */
  names?: LogNames;
  /** Names this process to the broker and in its logs. */
  clientId: string;
  /** A publish has its outcome within this time. */
  publishTimeoutMs: number;
  /** A commit has its confirmation or its error within this time. */
  commitTimeoutMs: number;
  /** Compression of published records on Kafka. Default: none. */
  compression?: 'none' | 'gzip' | 'zstd';
  /** Copies of each partition that `createTopics` asks for; left out: one. The embedded log has one. */
  replicationFactor?: number;
  /** The producer for Kafka: Sluice's record batches (`direct`, the default), or KafkaJS's producer. */
  producer?: 'direct' | 'kafkajs';
  /** Limits of the embedded log, by topic. Without limits, a topic keeps unread entries, and the rest for 24 hours. */
  limits?: Readonly<Record<string, TopicLimits>>;
  /** Receives one line when the event log becomes unavailable and one when it is back; no secrets. */
  logger?: LineLogger;
  /** Called with each append of the shared publisher, once it has its outcomes. For metrics and traces; must not throw. */
  onAppend?: (append: Append) => void;
}
