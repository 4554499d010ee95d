import { EVENTS_TOPIC } from '#contracts';
import { EventLogError, type EventLog } from '#event-log';
import type { HealthChecks, HealthDetails } from '#runtime';
import type { AccessGate } from './access/access-gate.js';
import type { TokenFeed } from './access/token-feed.js';

/**
 * The gateway is ready when it can publish, and when it knows the tokens that it asks for. A restart would mend nothing that it
 * could see, so it is live while it answers.
 *
 * @param gate left out: nothing is said of tokens
 */
export function gatewayHealth(log: EventLog, gate?: AccessGate): HealthChecks {
  const publishable = { name: 'event-log', check: () => requirePublishable(log) };
  const feed = gate?.feed;
  const tokens = feed === undefined ? [] : [{ name: 'tokens', check: () => requireTokens(feed) }];
  return { live: [], ready: [publishable, ...tokens] };
}

/** @throws Error that may be shown to everybody */
function requireTokens({ isLoaded, staleSeconds, tokens }: TokenFeed): HealthDetails {
  if (!isLoaded) throw new Error('the tokens are not read yet: the record store does not answer');
  return staleSeconds === 0
    ? { count: tokens.count }
    : {
        count: tokens.count,
        stale_seconds: staleSeconds,
        message: 'the record store is away: the last tokens stay good',
      };
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
