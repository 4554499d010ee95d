import type { ICustomPartitioner, Kafka, Message, Producer, RecordMetadata } from 'kafkajs';
import { partitionOf } from '@sluice/contracts';
import type { EventLogOptions, LogEntry, PublishOutcome } from '@sluice/event-log';
import { compressionOf } from './compression.js';
import type { ProducerClient } from './producer-client.js';

/** Every in-sync replica has it. Without the idempotent producer, which in KafkaJS can lose a message after a timeout. */
const ALL_IN_SYNC = -1;

/** KafkaJS's own producer. */
export class KafkaJsProducer implements ProducerClient {
  private readonly producer: Producer;

  /** @param metadataMaxAge see `newCluster` */
  constructor(
    client: Kafka,
    private readonly options: Pick<EventLogOptions, 'publishTimeoutMs' | 'compression'>,
    metadataMaxAge: number,
  ) {
    this.producer = client.producer({
      createPartitioner: pinPartition,
      allowAutoTopicCreation: false,
      idempotent: false,
      metadataMaxAge,
    });
  }

  /** An empty send makes KafkaJS refresh old metadata, and reconnect if necessary. */
  async probe(): Promise<void> {
    await this.producer.connect();
    await this.producer.sendBatch({ topicMessages: [] });
  }

  async send(topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    const messages = entries.map(messageOf);
    const timeout = this.options.publishTimeoutMs;
    const compression = compressionOf(this.options);
    const sent = await this.producer.send({ topic, messages, acks: ALL_IN_SYNC, timeout, compression });
    return outcomesOf(messages, sent);
  }

  disconnect(): Promise<void> {
    return this.producer.disconnect();
  }
}

export function messageOf({ key, value, headers, timestampMs }: LogEntry): Message {
  return { key, value, headers, timestamp: String(timestampMs) };
}

/**
 * Chooses the partition of a message once: KafkaJS asks again at every retry, and must not get another one when the topic has
 * grown in between. The message remembers it for {@link outcomesOf}.
 */
export const pinPartition: ICustomPartitioner =
  () =>
  ({ message, partitionMetadata }) =>
    (message.partition ??= message.key == null ? 0 : partitionOf(message.key, partitionMetadata.length));

const NOT_NAMED: PublishOutcome = { written: false, reason: 'Kafka did not confirm the partition' };

/**
 * Compares the messages that were sent with the partitions in the answer. If a leader moves during a send, KafkaJS resolves
 * although its partition was never written: such a partition is missing in the answer, and the outcome of its messages is
 * unknown.
 */
export function outcomesOf(messages: readonly Message[], confirmed: readonly RecordMetadata[]): PublishOutcome[] {
  const nextOffsets = new Map<number, number>();
  for (const { partition, errorCode, baseOffset } of confirmed) {
    const offset = Number(baseOffset ?? -1);
    if (errorCode === 0 && offset >= 0) nextOffsets.set(partition, offset);
  }
  return messages.map(({ partition = -1 }) => {
    const offset = nextOffsets.get(partition);
    if (offset === undefined) return NOT_NAMED;
    nextOffsets.set(partition, offset + 1);
    return { written: true, partition, offset };
  });
}
