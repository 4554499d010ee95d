import type { LogRecord, TopicPosition } from './event-log.js';

/**
 * The offsets to commit after these records: one past the last record of each partition.
 *
 * @param records in the order of their offsets within each partition
 */
export function positionsBehind(records: readonly LogRecord[]): TopicPosition[] {
  const last = new Map<string, TopicPosition>();
  for (const { topic, partition, offset } of records) {
    last.set(`${topic}/${partition}`, { topic, partition, offset: offset + 1 });
  }
  return [...last.values()];
}
