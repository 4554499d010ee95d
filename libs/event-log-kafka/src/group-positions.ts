import { EventLogError, type PartitionPosition } from '@sluice/event-log';
import { isMarked, noteOf } from './commit-mark.js';
import type { Commit } from './group-watch.js';
import { describeDenial } from './kafka-errors.js';
import type { KafkaAdmin } from './kafka-admin.js';
import { topicMissing } from './kafka-topics.js';

export interface GroupPositions {
  /** Of every partition of the topic, in order. */
  positions: PartitionPosition[];
  /** Of the partitions in which the group has committed. */
  commits: Commit[];
}

/**
 * The position of a group in each partition of a topic.
 *
 * @throws EventLogError `topic-missing`, `unavailable`
 */
export async function groupPositions(admin: KafkaAdmin, group: string, topic: string): Promise<GroupPositions> {
  try {
    return await admin.ask(async (client) => {
      // Committed offsets first: at the time of the high watermarks they can only be lower.
      const [committed] = await client.fetchOffsets({ groupId: group, topics: [topic] });
      const ends = await client.fetchTopicOffsets(topic);
      const partitions = committed?.partitions ?? [];
      return { positions: positionsOf(partitions, ends), commits: commitsOf(topic, partitions) };
    });
  } catch (error) {
    if (error instanceof EventLogError && error.code === 'topic-missing') throw topicMissing(topic);
    if (error instanceof EventLogError && error.failure === 'authorization') throw denied(error, group, topic);
    throw error;
  }
}

function denied({ cause }: EventLogError, group: string, topic: string): EventLogError {
  const rights = { onTopic: `Describe on the topic ${topic}`, onGroup: `Describe on the group ${group}` };
  const message = `Kafka did not answer: ${describeDenial(cause, rights)}.`;
  return new EventLogError('unavailable', message, { cause, failure: 'authorization' });
}

/** @throws EventLogError `unavailable` */
export async function groupCommits(admin: KafkaAdmin, group: string, topics: readonly string[]): Promise<Commit[]> {
  const answers = await admin.ask((client) => client.fetchOffsets({ groupId: group, topics: [...topics] }));
  return answers.flatMap(({ topic, partitions }) => commitsOf(topic, partitions));
}

function commitsOf(topic: string, committed: readonly CommittedOffset[]): Commit[] {
  return committed
    .map(({ partition, offset, metadata }) => ({ topic, partition, offset: Number(offset), isOwn: isMarked(metadata) }))
    .filter(({ offset }) => offset >= 0);
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
 * Kafka returns -1 for a group that has not committed, and may return an offset that retention has removed since, or one past the
 * end of a re-created topic; KafkaJS continues at the first record in each of these cases.
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
      return {
        partition,
        low,
        committed: isInLog ? offset : low,
        high,
        note: noteOf(commit?.metadata ?? null),
        ...expired,
      };
    })
    .sort((one, other) => one.partition - other.partition);
}
