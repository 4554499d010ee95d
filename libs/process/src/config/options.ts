import { unescape } from 'node:querystring';
import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from '@sluice/contracts';
import { ConfigError, type Config } from './config.js';

/** Longest wait for the log to confirm a committed position, in milliseconds: below the 30 s session of a group member. */
const COMMIT_TIMEOUT_MS = 10_000;

/** What `EventLogModule` takes. `app` names the process to the broker. */
export function eventLogOptions(config: Config, app: string) {
  return {
    url: config.eventLogUrl,
    clientId: `sluice-${app}`,
    publishTimeoutMs: config.publishTimeoutMs,
    commitTimeoutMs: COMMIT_TIMEOUT_MS,
    replicationFactor: config.replicationFactor,
    limits: {
      [EVENTS_TOPIC]: { ...limitsOf(config.eventLogMaxAgeSeconds, config.eventLogMaxBytes), keepsUnread: true },
      [DEAD_LETTERS_TOPIC]: {
        ...limitsOf(config.deadLettersMaxAgeSeconds, config.deadLettersMaxBytes),
        keepsUnread: false,
      },
    },
  };
}

function limitsOf(maxAgeSeconds: number, maxBytes: number) {
  return {
    ...(maxAgeSeconds === 0 ? {} : { maxAgeMs: maxAgeSeconds * 1000 }),
    ...(maxBytes === 0 ? {} : { maxBytes }),
  };
}

/** What `prepare` takes: how many partitions each topic is to have, and the setting that says so where it is set. */
export function topicPartitions(config: Config) {
  const named = (setting: string) => (config.givenKeys.has(setting) ? { setting } : {});
  return {
    events: { partitions: config.partitions, ...named('EVENT_LOG_PARTITIONS') },
    deadLetters: { partitions: config.deadLettersPartitions, ...named('DEAD_LETTERS_PARTITIONS') },
  };
}

/** What `RecordStoreModule` takes. */
export function recordStoreOptions(config: Config, app: string) {
  const expiry = config.expireAfterSeconds === 0 ? {} : { expireAfterSeconds: config.expireAfterSeconds };
  return { url: config.recordStoreUrl, clientId: `sluice-${app}`, timeoutMs: config.storeTimeoutMs, ...expiry };
}

/** What `BufferWorkerModule` takes. The drain ends before the process must. */
export function bufferWorkerOptions(config: Config) {
  return {
    batchMaxRecords: config.batchMaxRecords,
    batchMaxBytes: config.batchMaxBytes,
    batchMaxAgeMs: config.batchMaxAgeMs,
    drainTimeoutMs: config.shutdownTimeoutMs / 2,
  };
}

/** What `openTracing` takes. `app` names the process in its traces. The last spans have a small part of the time that a stop may take. */
export function tracingOptions(config: Config, app: string) {
  return {
    endpoint: config.otlpEndpoint,
    headers: headersOf(config.otlpHeaders),
    sampler: config.traceSampler,
    ratio: config.traceRatio,
    serviceName: `sluice-${app}`,
    exportTimeoutMs: config.otlpTimeoutMs,
    flushTimeoutMs: config.shutdownTimeoutMs / 8,
  };
}

/** `name=value,name2=value2`; by OpenTelemetry's rules a value may be percent-encoded, as one with a space has to be. */
function headersOf(list: string): Record<string, string> {
  const pairs = [...list.matchAll(/([^=,]+)=([^,]+)/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, unescape(value)]));
}

/** What `createHttpApp` takes for an app that asks for no token, whatever the gateway asks for. */
export function openHttpOptions({ maxBodyBytes, host, allowedHosts }: Config) {
  return { maxBodyBytes, host, allowedHosts };
}

/**
 * An app in a process of its own shares its log and its store with others, so neither can be a file of one process.
 *
 * @throws ConfigError
 */
export function requireSharedEngines({ eventLogUrl, recordStoreUrl }: Config, app: string): void {
  requireNoFile('EVENT_LOG_URL', eventLogUrl, 'kafka://host:9092', app);
  requireNoFile('RECORD_STORE_URL', recordStoreUrl, 'mongodb://host:27017/database', app);
}

/**
 * The gateway needs no store, unless it asks for tokens: {@link requireSharedTokens}.
 *
 * @throws ConfigError
 */
export function requireSharedLog({ eventLogUrl }: Config, app: string): void {
  requireNoFile('EVENT_LOG_URL', eventLogUrl, 'kafka://host:9092', app);
}

/**
 * With AUTH=tokens, the gateway reads the tokens from the record store.
 *
 * @throws ConfigError
 */
export function requireSharedTokens({ auth, recordStoreUrl }: Config, app: string): void {
  if (auth === 'tokens') requireNoFile('RECORD_STORE_URL', recordStoreUrl, 'mongodb://host:27017/database', app);
}

/** What `openTokenStore` takes. */
export function tokenStoreOptions(config: Config, app: string) {
  return { url: config.recordStoreUrl, clientId: `sluice-${app}`, timeoutMs: config.storeTimeoutMs };
}

function requireNoFile(key: string, url: string, instead: string, app: string): void {
  if (!url.startsWith('file:')) return;
  const needed = `the ${app} in a process of its own needs ${instead}, because a file belongs to one process`;
  throw new ConfigError(`${key} is ${JSON.stringify(url)}; ${needed}. For everything in one process: npm start.`);
}
