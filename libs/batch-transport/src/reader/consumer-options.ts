import type { EventLog, LineLogger } from '@sluice/event-log';
import { openEventLog } from './open-event-log.js';
import { requireOwnGroup, type GroupRules } from './own-names.js';

/** What every consumer of Sluice's topics says. */
export interface ConsumerOptions extends GroupRules {
  /** Where the event log is: `kafka://host:9092,host2:9092`. */
  url: string;
  /**
   * Names the consumer: the members of one group share the partitions out, several groups read independently. A new group
   * begins at the first record that the log still has. The group of the store, which is or ends with `sluice-store`, is refused.
   */
  group: string;
  /** Receives one line when the event log becomes unavailable and one when it is back; no secrets. */
  logger?: LineLogger;
}

/** A publish or a commit has its outcome within this time. */
const ANSWER_TIMEOUT_MS = 10_000;
/** As the brokers are set up. */
const BROKERS_DEFAULT = -1;

/**
 * One connection to the log for one consumer. Nothing is connected yet.
 *
 * @throws EventLogError `reserved-group`, `invalid-group`
 */
export async function openConsumerLog({ url, group, storeGroup, logger }: ConsumerOptions): Promise<EventLog> {
  requireOwnGroup(group, { storeGroup });
  return openEventLog({
    storeGroup,
    url,
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
