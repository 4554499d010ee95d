import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from '#contracts';
import type { EventLog } from '#event-log';
import type { RecordStore } from '#record-store';

/** Makes the topics and the indexes that are missing. The one place that makes any; idempotent. */
export async function prepare(log: EventLog, store: RecordStore, partitions: number): Promise<void> {
  await log.createTopics([
    { name: EVENTS_TOPIC, partitions },
    { name: DEAD_LETTERS_TOPIC, partitions },
  ]);
  await store.prepare();
}
