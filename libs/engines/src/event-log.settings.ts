import type { EventLogOptions } from '@sluice/event-log';
import {
  KAFKA_ACCESS_SETTINGS,
  KAFKA_NAME_SETTINGS,
  KAFKA_URL,
  kafkaAccess,
  kafkaNames,
} from '@sluice/event-log-kafka/settings';
import { oneOf, type OptionsOf, type SettingsTable, wholeNumber } from '@sluice/settings';
import { DATA_DIR, engineUrl, requireNoFile } from './engine.settings.js';

const SECOND_MS = 1000;

/** Longest wait for the log to confirm a committed position, in milliseconds: below the 30 s session of a group member. */
const COMMIT_TIMEOUT_MS = 10_000;

/** The event log, for every program that opens it. */
export const EVENT_LOG_SETTINGS = {
  dataDir: DATA_DIR,
  eventLogUrl: engineUrl(KAFKA_URL),
  ...KAFKA_ACCESS_SETTINGS,
  ...KAFKA_NAME_SETTINGS,
  kafkaCompression: oneOf(
    'KAFKA_COMPRESSION',
    'none',
    ['none', 'gzip', 'zstd'],
    'Kafka: compression of published records. Saves disk and network, and costs CPU of the gateway.',
  ),
  publishTimeoutMs: wholeNumber(
    'PUBLISH_TIMEOUT_MS',
    5 * SECOND_MS,
    { min: 100, max: 60 * SECOND_MS },
    'Time limit for the event log to acknowledge a record; after it the answer is 503.',
  ),
  eventLogProducer: oneOf(
    'EVENT_LOG_PRODUCER',
    'direct',
    ['direct', 'kafkajs'],
    'Producer for Kafka: direct (record batches encoded by Sluice) or kafkajs (the producer of KafkaJS, removed in the next release).',
  ),
} as const satisfies SettingsTable;

type LogConfig = OptionsOf<typeof EVENT_LOG_SETTINGS> & Partial<Pick<EventLogOptions, 'replicationFactor'>>;

/** What `EventLogModule` takes. @param app names the process to the broker */
export function eventLogOptions({ replicationFactor, ...config }: LogConfig, app: string): EventLogOptions {
  return {
    ...(replicationFactor !== undefined && { replicationFactor }),
    url: config.eventLogUrl,
    kafka: kafkaAccess(config),
    names: kafkaNames(config),
    compression: config.kafkaCompression,
    clientId: `sluice-${app}`,
    publishTimeoutMs: config.publishTimeoutMs,
    producer: config.eventLogProducer,
    commitTimeoutMs: COMMIT_TIMEOUT_MS,
  };
}

/** The rule that an app in a process of its own shares its event log with others. */
export function requireSharedLog(app: string): (config: { eventLogUrl: string }) => void {
  return ({ eventLogUrl }) => requireNoFile('EVENT_LOG_URL', eventLogUrl, 'kafka://host:9092', app);
}
