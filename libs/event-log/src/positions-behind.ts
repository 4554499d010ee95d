import type { LogRecord, TopicPosition } from './event-log.js';

/**
 * The offsets to commit after these records: one past the last record of each partition.
 *
 * @param records in the order of their offsets within each partition
 */
export function positionsBehind(records: readonly LogRecord[]): TopicPosition[] {
  const byPlace = new Map<string, TopicPosition>();
  // Records of one partition come side by side: a key for each of them would cost more than all the rest of a commit.
  let last: TopicPosition | undefined;
  for (const { topic, partition, offset } of records) {
    if (last?.partition !== partition || last.topic !== topic) last = placed(byPlace, topic, partition);
    last.offset = offset + 1;
  }
  return [...byPlace.values()];
}

function placed(byPlace: Map<string, TopicPosition>, topic: string, partition: number): TopicPosition {
  const key = `${topic}/${partition}`;
  let position = byPlace.get(key);
  if (position === undefined) byPlace.set(key, (position = { topic, partition, offset: 0 }));
  return position;
}
