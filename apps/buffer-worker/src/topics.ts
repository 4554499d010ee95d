import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from '@sluice/contracts';
import type { TopicSpec } from '@sluice/event-log';

/** How many partitions a topic is to have. */
interface WantedPartitions {
  partitions: number;
  /** The setting that asks for them, where it is set: then a topic that has less gets more. Otherwise it is taken as it is. */
  setting?: string;
}

export interface TopicPartitions {
  events: WantedPartitions;
  deadLetters: WantedPartitions;
}

/** What is asked of the two topics beside their partitions. */
export const TOPIC_RULES = [{ name: EVENTS_TOPIC }, { name: DEAD_LETTERS_TOPIC, keepsAll: true }] as const;

export function topicSpecs({ events, deadLetters }: TopicPartitions): TopicSpec[] {
  const wanted = [events, deadLetters];
  return TOPIC_RULES.map((rules, index) => {
    const { setting, partitions } = wanted[index]!;
    return {
      ...rules,
      partitions,
      ...(setting === undefined ? { otherCount: 'keep' } : { otherCount: 'grow', setting }),
    };
  });
}
