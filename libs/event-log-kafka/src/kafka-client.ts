import { Kafka, logLevel, type KafkaConfig, type RetryOptions } from 'kafkajs';
import { EventLogError, type EventLogOptions } from '@sluice/event-log';
import { installCodecs } from './compression.js';
import { ConnectionAttempts } from './connection-attempts.js';
import { readFetchesByBatch } from './fetch-answer.js';
import { saslOptions } from './sasl-login.js';
import { TlsContext } from './tls-context.js';

const SCHEME = /^kafka(?:\+ssl)?:\/\//;
const TLS_SCHEME = 'kafka+ssl://';

/** About three seconds in all. Everything is set, because KafkaJS has other defaults when NODE_ENV is `test`. */
const RETRY: RetryOptions = { initialRetryTime: 100, maxRetryTime: 1000, retries: 5, factor: 0.2, multiplier: 2 };

/**
 * Five minutes: a broker that comes back within that time finds the same member again. A new member would have to wait until the
 * group has removed the old one.
 */
const CONSUMER_RETRIES = 300;

/**
 * How long before its end a login session is renewed, on the next request. Far below the shortest session that brokers are
 * configured with: KafkaJS would otherwise log in again for every request.
 */
const REAUTHENTICATION_MS = 3_000;

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** A KafkaJS client with separate state. */
export function newKafkaClient(
  options: EventLogOptions,
  attempts = new ConnectionAttempts(),
  overrides: Partial<KafkaConfig> = {},
): Kafka {
  silenceTimeoutNegativeWarning();
  installCodecs();
  const { tls, access } = sharedOf(options);
  const socketFactory = attempts.socketFactoryFor(tls);
  readFetchesByBatch(socketFactory);
  return new Kafka({
    clientId: options.clientId,
    brokers: brokersOf(options.url),
    ...access,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    logLevel: logLevel.NOTHING,
    reauthenticationThreshold: REAUTHENTICATION_MS,
    socketFactory,
    ...overrides,
  });
}

/**
 * A client for one consumer. Two consumers must not share one: the client keeps what KafkaJS knows about the offsets of a group,
 * and a second member clears it for the first.
 *
 * @param brokers called whenever no connection is left; an empty list ends the attempts
 */
export function newConsumerClient(
  options: EventLogOptions,
  attempts: ConnectionAttempts,
  brokers: () => string[],
): Kafka {
  const retry = { ...RETRY, retries: CONSUMER_RETRIES };
  return newKafkaClient(options, attempts, { ...attempts.logging, brokers, retry });
}

/** One login and one TLS context for all clients of an event log: they share its tokens, and read a changed file once. */
const shared = new WeakMap<EventLogOptions, { tls: TlsContext | undefined; access: Partial<KafkaConfig> }>();

function sharedOf(options: EventLogOptions) {
  const known = shared.get(options);
  if (known !== undefined) return known;
  const tls = options.url.startsWith(TLS_SCHEME) ? new TlsContext(options.kafka?.tls, options.logger) : undefined;
  const sasl = options.kafka?.sasl;
  const access = { ...(tls && { ssl: true }), ...(sasl && { sasl: saslOptions(sasl) }) };
  const made = { tls, access };
  shared.set(options, made);
  return made;
}

/** A name or an IPv4 address, and a port: KafkaJS cannot read an IPv6 address. */
const ADDRESS = /^[^\s:@/?#[\]]+(:\d{1,5})?$/;

/**
 * `kafka://host:9092,host2:9092` or `kafka+ssl://host:9093`; the port may be left out.
 *
 * @throws EventLogError `fatal`, which does not show the URL: it may hold a password
 */
export function brokersOf(url: string): string[] {
  const addresses = url.replace(SCHEME, '').replace(/\/$/, '').split(',');
  if (!addresses.every((address) => ADDRESS.test(address))) {
    throw new EventLogError(
      'fatal',
      'The event log URL must be kafka://host:9092,host2:9092 or kafka+ssl://host:9093, without a login or options.',
    );
  }
  return addresses.map((address) => (/:\d+$/.test(address) ? address : `${address}:9092`));
}

let isSilenced = false;

/**
 * KafkaJS sets a timer in the past after every answer, and Node prints a warning for each new kind of it.
 * Only this warning is kept from the console, and only once KafkaJS is in use.
 */
function silenceTimeoutNegativeWarning(): void {
  if (isSilenced) return;
  isSilenced = true;
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (...args: unknown[]) => {
    if (args[1] !== 'TimeoutNegativeWarning') emitWarning(...args);
  };
}
