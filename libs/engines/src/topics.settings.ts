import { oneOf, type OptionsOf, type SettingsTable, wholeNumber } from '@sluice/settings';
import type { TopicPartitions } from './topics.js';

/** How topics are made, for the programs that make them. */
export const TOPIC_SETTINGS = {
  topics: oneOf(
    'TOPICS',
    'create',
    ['create', 'expect'],
    'create: the init step makes topics and indexes that are missing. expect: it only compares, needs no right to make anything, and ends with what differs.',
  ),
  partitions: wholeNumber(
    'EVENT_LOG_PARTITIONS',
    12,
    { min: 1, max: 1000 },
    'Partitions of the topic of events when it is made; more allow more workers. If it is set, the init step adds what a topic lacks.',
  ),
  deadLettersPartitions: wholeNumber(
    'DEAD_LETTERS_PARTITIONS',
    12,
    { min: 1, max: 1000 },
    'The same of the topic of dead letters.',
  ),
  replicationFactor: wholeNumber(
    'EVENT_LOG_REPLICATION',
    1,
    { min: 1, max: 9 },
    'Copies of each Kafka partition when a topic is made.',
  ),
} as const satisfies SettingsTable;

type TopicConfig = OptionsOf<typeof TOPIC_SETTINGS> & { givenKeys: ReadonlySet<string> };

/** What `prepare` takes: how many partitions each topic is to have, and the setting that asks for them where it is set. */
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
