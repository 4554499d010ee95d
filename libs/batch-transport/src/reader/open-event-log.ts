import {
  EventLogError,
  type EventLog,
  type EventSubscription,
  type SubscribeOptions,
  type EventLogOptions,
} from '@sluice/event-log';
import { requireOwnGroup, type GroupRules } from './own-names.js';

/**
 * One connection to the event log. It does not connect yet. The event log refuses subscriptions in the record store's group.
 *
 * @throws EventLogError `invalid-url`
 */
export async function openEventLog({ storeGroup, ...options }: EventLogOptions & GroupRules): Promise<EventLog> {
  const log = await open(options);
  const subscribe = log.subscribe.bind(log);
  log.subscribe = (subscribed: SubscribeOptions): EventSubscription => {
    requireOwnGroup(subscribed.group, { storeGroup });
    return subscribe(subscribed);
  };
  return log;
}

/** Kafka; or the embedded engine if it is installed beside this package, for tests of a consumer without a broker. */
async function open(options: EventLogOptions): Promise<EventLog> {
  if (options.url.startsWith('file:')) {
    const { SqliteEventLog } = await import('@sluice/event-log-sqlite');
    return new SqliteEventLog(options);
  }
  if (!/^kafka(\+ssl)?:\/\//.test(options.url)) {
    const forms = 'kafka:// or kafka+ssl://, or with file: in tests';
    throw new EventLogError('invalid-url', `The event log URL must begin with ${forms}.`);
  }
  const { KafkaEventLog } = await import('@sluice/event-log-kafka');
  return new KafkaEventLog(options);
}
