import {
  KAFKA_ACCESS_SETTINGS,
  KAFKA_NAME_SETTINGS,
  KAFKA_URL,
  kafkaAccess,
  kafkaNames,
} from '@sluice/event-log-kafka/settings';
import { ConfigError, readSettings, type SettingsTable } from '@sluice/settings';
import type { ConsumerOptions } from './consumer-options.js';

const CONSUMER_SETTINGS = {
  eventLogUrl: KAFKA_URL,
  ...KAFKA_ACCESS_SETTINGS,
  ...KAFKA_NAME_SETTINGS,
} as const satisfies SettingsTable;

/** The options that the environment supplies. */
export type EnvironmentOptions = Required<
  Pick<ConsumerOptions, 'url' | 'kafka' | 'prefix' | 'storeGroup' | 'eventsTopic' | 'deadLettersTopic'>
>;

/**
 * The options of a consumer, from the variables that Sluice's own services read: `EVENT_LOG_URL`, `KAFKA_…`, `EVENTS_TOPIC`,
 * `DEAD_LETTERS_TOPIC` and `STORE_GROUP`. Passwords may come from the files that `<NAME>_FILE` names.
 *
 *     await openEventReader({ ...optionsFromEnvironment(), group: 'export' })
 *
 * @throws ConfigError that names every wrong variable and what is allowed, without a secret
 */
export function optionsFromEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): EnvironmentOptions {
  const config = readSettings(CONSUMER_SETTINGS, env);
  const { eventLogUrl: url, kafkaPrefix: prefix } = config;
  if (url === '')
    throw new ConfigError('EVENT_LOG_URL is not set; set it to kafka://host:9092 or kafka+ssl://host:9093.');
  const { events: eventsTopic, deadLetters: deadLettersTopic, storeGroup } = kafkaNames(config);
  return { url, kafka: kafkaAccess(config), prefix, storeGroup, eventsTopic, deadLettersTopic };
}
