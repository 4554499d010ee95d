import type { Kafka, Producer } from 'kafkajs';
import type { EventLogOptions, LogEntry, PublishOutcome } from '@sluice/event-log';
import { compressionOf } from './compression.js';
import type { ProducerClient } from './producer-client.js';
import { messageOf, outcomesOf, pinPartition } from './publish-parts.js';

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
