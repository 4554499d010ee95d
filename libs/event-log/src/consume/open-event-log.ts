import type { EventLog, EventSubscription, SubscribeOptions } from '../event-log.js';
import { openEventLog as open, type EventLogOptions } from '../open-event-log.js';
import { requireOwnGroup, type GroupRules } from './own-names.js';

/**
 * One connection to the log. Nothing is connected yet. The log refuses subscriptions in the store's group.
 *
 * @throws EventLogError `unavailable` if the URL is none
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
