import { DEFAULT_NAMES, type EventLog, type KafkaAccess, type LineLogger } from '@sluice/event-log';
import { openEventLog } from './open-event-log.js';
import { requireOwnGroup, type GroupRules } from './own-names.js';

/** What every consumer of Sluice's topics has to configure. */
export interface ConsumerOptions extends GroupRules {
  /** URL of the event log: `kafka://host:9092,host2:9092`, or `kafka+ssl://host:9093` for TLS. */
  url: string;
  /** How this consumer authenticates, and which authorities it trusts. Default: no login, the authorities of Node. */
  kafka?: KafkaAccess;
  /** Put before the group and the topic of its dead letters, as before all names of Sluice. Default: none. */
  prefix?: string;
  /** The topic of the events, prefix included. Default: `ingest.events` with the prefix. */
  eventsTopic?: string;
  /** The topic of Sluice's dead letters, prefix included. Default: `ingest.dead-letters` with the prefix. */
  deadLettersTopic?: string;
  /**
   * Names the consumer: the members of one group share the partitions, several groups read independently. A new group begins at
   * the first record that the event log still has. The group of the record store, which is or ends with `sluice-store`, is
   * refused.
   */
  group: string;
  /** Receives one line when the event log becomes unavailable and one when it is back; no secrets. */
  logger?: LineLogger;
}

/** A publish or a commit settles within this time. */
const ANSWER_TIMEOUT_MS = 10_000;
/** The default limit of the brokers. */
const BROKERS_DEFAULT = -1;

/** The names of the topics and of the group, prefix included. */
export function consumerNames(options: Omit<ConsumerOptions, 'url'>): {
  group: string;
  events: string;
  deadLetters: string;
} {
  const { prefix = '', group, eventsTopic, deadLettersTopic } = options;
  return {
    group: prefix + group,
    events: eventsTopic ?? prefix + DEFAULT_NAMES.events,
    deadLetters: deadLettersTopic ?? prefix + DEFAULT_NAMES.deadLetters,
  };
}

/**
 * One connection to the event log for one consumer. It does not connect yet.
 *
 * @throws EventLogError `reserved-group`, `invalid-group`
 */
export async function openConsumerLog(options: ConsumerOptions): Promise<EventLog> {
  const { url, kafka, storeGroup, logger } = options;
  requireOwnGroup(options.group, { storeGroup });
  const { group } = consumerNames(options);
  requireOwnGroup(group, { storeGroup });
  return openEventLog({
    storeGroup,
    url,
    ...(kafka && { kafka }),
    clientId: group,
    publishTimeoutMs: ANSWER_TIMEOUT_MS,
    commitTimeoutMs: ANSWER_TIMEOUT_MS,
    replicationFactor: BROKERS_DEFAULT,
    logger: logger ?? warnProcess,
  });
}

function warnProcess(level: 'info' | 'warn', message: string): void {
  if (level === 'warn') process.emitWarning(message, 'SluiceWarning');
}
