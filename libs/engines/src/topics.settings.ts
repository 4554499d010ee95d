import { oneOf, type OptionsOf, type SettingsTable, wholeNumber } from '@sluice/settings';
import type { TopicPartitions } from './topics.js';

/** How topics are made, for the programs that make them. */
export const TOPIC_SETTINGS = {
  topics: oneOf(
    'TOPICS',
    'create',
    ['create', 'expect'],
    'create: the init step creates missing topics and indexes. expect: it only compares, needs no right to create, and fails with the differences.',
  ),
  partitions: wholeNumber(
    'EVENT_LOG_PARTITIONS',
    12,
    { min: 1, max: 1000 },
    'Partitions of a new events topic; more partitions allow more workers. If set, the init step adds missing partitions to an existing topic.',
  ),
  deadLettersPartitions: wholeNumber(
    'DEAD_LETTERS_PARTITIONS',
    12,
    { min: 1, max: 1000 },
    'Partitions of a new dead-letter topic. If set, the init step adds missing partitions to an existing topic.',
  ),
  replicationFactor: wholeNumber(
    'EVENT_LOG_REPLICATION',
    1,
    { min: 1, max: 9 },
    'Replicas of each partition of a new Kafka topic.',
  ),
} as const satisfies SettingsTable;

type TopicConfig = OptionsOf<typeof TOPIC_SETTINGS> & { givenKeys: ReadonlySet<string> };

/** The partitions of each topic for `prepare`, and the setting that defines them, if it is set. */
export function topicPartitions({
  topics,
  partitions,
  deadLettersPartitions,
  givenKeys,
}: TopicConfig): TopicPartitions {
  const named = (setting: string) => (givenKeys.has(setting) ? { setting } : {});
  return {
    ...(topics === 'expect' && { isExpected: true }),
    events: { partitions, ...named(TOPIC_SETTINGS.partitions.key) },
    deadLetters: { partitions: deadLettersPartitions, ...named(TOPIC_SETTINGS.deadLettersPartitions.key) },
  };
}
