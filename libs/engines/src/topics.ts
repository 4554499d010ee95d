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

/** What is around a payload in a record: the other members of the event, key, headers, and Kafka's own fields. */
const ENVELOPE_BYTES = 4096;

/**
 * What the two topics need besides their partitions.
 *
 * @param maxPayloadBytes of the gateway; left out: the size of records is not checked
 */
export function topicRules({ events, deadLetters }: LogNames, maxPayloadBytes?: number) {
  const size = maxPayloadBytes === undefined ? {} : { maxRecordBytes: maxPayloadBytes + ENVELOPE_BYTES };
  return [
    { name: events, ...size },
    { name: deadLetters, keepsAll: true, ...size },
  ] as const;
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
