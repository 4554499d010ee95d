import type { EventLog } from '#event-log';
import type { RecordStore } from '#record-store';
import { topicSpecs, type TopicPartitions } from './topics.js';

/** Makes the topics, their partitions and the indexes that are missing. The one place that makes any; idempotent. */
export async function prepare(log: EventLog, store: RecordStore, partitions: TopicPartitions): Promise<void> {
  await log.createTopics(topicSpecs(partitions));
  await store.prepare();
}
