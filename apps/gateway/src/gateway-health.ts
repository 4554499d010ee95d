import { EventLogError, explainFailure, type EventLog } from '@sluice/event-log';
import type { HealthChecks, HealthDetails } from '@sluice/process';
import type { AccessGate, LogReachability, TokenFeed } from '@sluice/ingest';

/**
 * The gateway is ready when it can publish, which is when the last record was confirmed or a probe succeeds, and when it knows the tokens that it asks for. A restart would fix nothing that it
 * could see, so it is live while it answers.
 *
 * @param gate left out: nothing is said of tokens
 * @param reachability left out: nothing is known of the last record
 */
export function gatewayHealth(log: EventLog, gate?: AccessGate, reachability?: LogReachability): HealthChecks {
  const publishable = { name: 'event-log', check: () => requirePublishable(log, reachability) };
  const feed = gate?.feed;
  const tokens = feed === undefined ? [] : [{ name: 'tokens', check: () => requireTokens(feed) }];
  return { live: [], ready: [publishable, ...tokens] };
}

/** @throws Error whose message may be shown to every client */
function requireTokens({ isLoaded, staleSeconds, tokens }: TokenFeed): HealthDetails {
  if (!isLoaded) throw new Error('the tokens are not read yet: the record store does not answer');
  return staleSeconds === 0
    ? { count: tokens.count }
    : {
        count: tokens.count,
        stale_seconds: staleSeconds,
        message: 'the record store is down: the last known tokens stay valid',
      };
}

/** @throws Error whose message may be shown to every client */
async function requirePublishable(log: EventLog, reachability: LogReachability | undefined): Promise<void> {
  try {
    await log.ping();
    await log.requireTopics([log.names.events]);
  } catch (error) {
    throw new Error(unavailable(error, log), { cause: error });
  }
  await reachability?.requireWritable(() => log.proveWritable(log.names.events));
}

function unavailable(error: unknown, { names }: EventLog): string {
  const { code, failure } = error instanceof EventLogError ? error : {};
  if (code === 'topic-missing') return `the topic ${names.events} is missing`;
  return failure === undefined ? NO_ANSWER : `${NO_ANSWER} (${explainFailure(failure)})`;
}

const NO_ANSWER = 'the event log does not answer';
