import { EventLogError, type EventLog, type LogRight } from '@sluice/event-log';
import { topicRules } from '@sluice/engines';
import { aclCommand, rightText } from './advice.js';
import type { Need } from './needs.js';
import type { Report } from './report.js';

/** Tries one right after the other. A log that cannot be reached, or a login that is refused, ends it with the cause. */
export async function examineLog(
  log: EventLog,
  needs: readonly Need[],
  principal: string,
  report: Report,
): Promise<void> {
  try {
    await log.ping();
    report.ok('Kafka answers and accepts the login');
    for (const need of needs) await examineRight(log, need, principal, report);
  } catch (error) {
    if (!(error instanceof EventLogError)) throw error;
    report.missing(error.message);
  }
}

async function askFor(log: EventLog, right: LogRight): Promise<boolean | undefined> {
  return log.lacks?.(right);
}

async function examineRight(
  log: EventLog,
  { right, otherwise }: Need,
  principal: string,
  report: Report,
): Promise<void> {
  const isLacking = await askFor(log, right).catch((error: unknown) => {
    if (error instanceof EventLogError && error.code === 'topic-missing') return error;
    throw error;
  });
  if (isLacking instanceof EventLogError) return report.missing(isLacking.message);
  if (isLacking !== true) return report.ok(rightText(right));
  const command = aclCommand(right, principal);
  if (otherwise === undefined) report.missing(rightText(right), command);
  else report.optional(`${rightText(right)}; without it ${otherwise}`, command);
}

/** What endangers the promise that nothing is lost, and how new the brokers are. Rights that are missing for that change nothing. */
export async function describeLog(log: EventLog, maxPayloadBytes: number, report: Report): Promise<void> {
  try {
    for (const fact of await log.brokerFacts()) report.note(fact);
    for (const { detail } of await log.topicFindings(topicRules(log.names, maxPayloadBytes))) report.note(detail);
  } catch (error) {
    if (!(error instanceof EventLogError)) throw error;
    report.note(error.message);
  }
}
