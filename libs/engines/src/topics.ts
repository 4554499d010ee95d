import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from '@sluice/contracts';
import type { TopicSpec } from '@sluice/event-log';

/** How many partitions a topic should have. */
interface WantedPartitions {
  partitions: number;
  /** The setting that asks for them, if it is set: a topic with fewer partitions then gets more. Otherwise its count is kept. */
  setting?: string;
}

export interface TopicPartitions {
  events: WantedPartitions;
  deadLetters: WantedPartitions;
}

/** What the two topics need besides their partitions. */
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
