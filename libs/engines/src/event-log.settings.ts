import type { EventLogOptions } from '@sluice/event-log';
import { oneOf, type OptionsOf, type SettingsTable, text, wholeNumber } from '@sluice/settings';
import { DATA_DIR, engineUrl, requireNoFile } from './engine.settings.js';

const SECOND_MS = 1000;

/** Longest wait for the log to confirm a committed position, in milliseconds: below the 30 s session of a group member. */
const COMMIT_TIMEOUT_MS = 10_000;

/** The event log, for every program that opens it. */
export const EVENT_LOG_SETTINGS = {
  dataDir: DATA_DIR,
  eventLogUrl: {
    ...engineUrl(
      text(
        'EVENT_LOG_URL',
        '',
        /^(kafka:\/\/[^\s/]+|file:.+)$/,
        'kafka://host:9092,host2:9092 or file:<directory>',
        'The event log. Empty: a file in DATA_DIR.',
      ),
    ),
    faultOf: kafkaUrlFault,
  },
  publishTimeoutMs: wholeNumber(
    'PUBLISH_TIMEOUT_MS',
    5 * SECOND_MS,
    { min: 100, max: 60 * SECOND_MS },
    'A record that the log has not confirmed by then is answered 503.',
  ),
  eventLogProducer: oneOf(
    'EVENT_LOG_PRODUCER',
    'direct',
    ['direct', 'kafkajs'],
    'What appends to Kafka: record batches of our own, or the producer of KafkaJS. The second goes away with the next release.',
  ),
} as const satisfies SettingsTable;

type LogConfig = OptionsOf<typeof EVENT_LOG_SETTINGS> & Partial<Pick<EventLogOptions, 'replicationFactor'>>;

/** What `EventLogModule` takes. @param app names the process to the broker */
export function eventLogOptions({ replicationFactor, ...config }: LogConfig, app: string): EventLogOptions {
  return {
    ...(replicationFactor !== undefined && { replicationFactor }),
    url: config.eventLogUrl,
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

/** None of these sentences shows the URL: the wrong part may be a password. */
function kafkaUrlFault(url: string): string | undefined {
  if (!url.startsWith('kafka://')) return undefined;
  const list = url.slice('kafka://'.length);
  const fault = listFault(list) ?? addressFault(list.replace(/\/$/, '').split(','));
  return fault && `${fault}; write kafka://host:9092,host2:9092.`;
}

function listFault(list: string): string | undefined {
  if (list.includes('@')) return 'holds a login, and a login does not belong into the URL';
  if (/[?#]/.test(list)) return 'holds options behind a ? or a #, and it takes none';
  return list.includes('[') ? 'holds an IPv6 address, which the Kafka client cannot read: use a name' : undefined;
}

function addressFault(addresses: readonly string[]): string | undefined {
  for (const [index, address] of addresses.entries()) {
    const [host, port = '9092', ...more] = address.split(':');
    const isPort = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
    if (!host || /[\s/]/.test(address)) return `has no host in its entry ${index + 1}`;
    if (!isPort || more.length > 0) return `has no port from 1 to 65535 in its entry ${index + 1}`;
  }
  return undefined;
}
