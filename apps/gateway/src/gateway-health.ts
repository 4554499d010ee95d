import { EVENTS_TOPIC } from '#contracts';
import { EventLogError, type EventLog } from '#event-log';
import type { HealthChecks } from '#runtime';

/** The gateway is ready when it can publish. A restart would mend nothing that it could see, so it is live while it answers. */
export function gatewayHealth(log: EventLog): HealthChecks {
  return { live: [], ready: [{ name: 'event-log', check: () => requirePublishable(log) }] };
}

/** @throws Error that may be shown to everybody */
async function requirePublishable(log: EventLog): Promise<void> {
  try {
    await log.ping();
    await log.requireTopics([EVENTS_TOPIC]);
  } catch (error) {
    const isMissing = error instanceof EventLogError && error.code === 'topic-missing';
    throw new Error(isMissing ? `the topic ${EVENTS_TOPIC} is missing` : 'the event log does not answer');
  }
}
