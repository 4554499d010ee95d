import { setTimeout as delay } from 'node:timers/promises';
import { EventLogError, type EventLog } from './event-log.js';

const RETRY_DELAY_MS = 500;
/** How often a log may say that a topic is missing: everything may be started together with the step that makes them. */
const MISSING_ANSWERS = 60;

/**
 * Waits until the topics exist. It waits for an unreachable event log without a limit, and for missing topics about
 * {@link MISSING_ANSWERS} times {@link RETRY_DELAY_MS}.
 *
 * @param onWaiting called with the reason if there is something to wait for, and with each other reason after that
 * @throws EventLogError `topic-missing`
 */
export async function awaitTopics(
  log: EventLog,
  topics: readonly string[],
  onWaiting: (reason: string) => void,
): Promise<void> {
  for (let lastReason = '', missing = 0; ;) {
    try {
      return await log.requireTopics(topics);
    } catch (error) {
      if (!isPassing(error) || (isMissing(error) && ++missing === MISSING_ANSWERS)) throw error;
      const { message } = error as EventLogError;
      if (message !== lastReason) onWaiting(message);
      lastReason = message;
      await delay(RETRY_DELAY_MS, undefined, { ref: false });
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof EventLogError && (error.code === 'unavailable' || error.code === 'topic-missing');
}

function isMissing(error: unknown): boolean {
  return (error as EventLogError).code === 'topic-missing';
}
