import type { LogNames, TopicSpec } from '@sluice/event-log';

/** How many partitions a topic should have. */
interface WantedPartitions {
  partitions: number;
  /** The setting that asks for them, if it is set: a topic with fewer partitions then gets more. Otherwise its count is kept. */
  setting?: string;
}

export interface TopicPartitions {
  /** Nothing is created: a difference is an error. */
  isExpected?: boolean;
  events: WantedPartitions;
  deadLetters: WantedPartitions;
}

/** What the two topics need besides their partitions. */
export function topicRules({ events, deadLetters }: LogNames) {
  return [{ name: events }, { name: deadLetters, keepsAll: true }] as const;
}

export function topicSpecs(names: LogNames, { events, deadLetters }: TopicPartitions): TopicSpec[] {
  const wanted = [events, deadLetters];
  return topicRules(names).map((rules, index) => {
    const { setting, partitions } = wanted[index]!;
    return {
      ...rules,
      partitions,
      ...(setting === undefined ? { otherCount: 'keep' } : { otherCount: 'grow', setting }),
    };
  });
}
