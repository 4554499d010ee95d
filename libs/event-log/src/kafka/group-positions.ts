import { EventLogError, type PartitionPosition } from '../event-log.js';
import type { KafkaAdmin } from './kafka-admin.js';
import { topicMissing } from './kafka-topics.js';

/**
 * Where a group stands in each partition of a topic, in the order of the partitions.
 *
 * @throws EventLogError `topic-missing`, `unavailable`
 */
export async function groupPositions(admin: KafkaAdmin, group: string, topic: string): Promise<PartitionPosition[]> {
  try {
    return await admin.ask(async (client) => {
      // The committed positions first: by the time of the ends, they can only be below them.
      const [committed] = await client.fetchOffsets({ groupId: group, topics: [topic] });
      const ends = await client.fetchTopicOffsets(topic);
      return positionsOf(committed?.partitions ?? [], ends);
    });
  } catch (error) {
    if (error instanceof EventLogError && error.code === 'topic-missing') throw topicMissing(topic);
    throw error;
  }
}

interface CommittedOffset {
  partition: number;
  offset: string;
  metadata: string | null;
}

interface LogEnds {
  partition: number;
  low: string;
  high: string;
}

/**
 * Kafka says -1 for a group that has not committed, and may say an offset that retention has removed since, or one
 * beyond the end of a topic that was made anew; KafkaJS reads on at the first record in each of these cases.
 */
export function positionsOf(committed: readonly CommittedOffset[], ends: readonly LogEnds[]): PartitionPosition[] {
  const commits = new Map(committed.map((commit) => [commit.partition, commit]));
  return ends
    .map(({ partition, low: lowText, high: highText }) => {
      const [low, high] = [Number(lowText), Number(highText)];
      const commit = commits.get(partition);
      const offset = Number(commit?.offset ?? -1);
      const isInLog = offset >= low && offset <= high;
      const expired = offset >= 0 && offset < low ? { expired: low - offset } : {};
      return { partition, low, committed: isInLog ? offset : low, high, note: commit?.metadata ?? '', ...expired };
    })
    .sort((one, other) => one.partition - other.partition);
}
