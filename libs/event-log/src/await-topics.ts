import { setTimeout as delay } from 'node:timers/promises';
import { EventLogError, type EventLog } from './event-log.js';

const RETRY_DELAY_MS = 500;

/**
 * Waits until the log says that it has the topics. A log that does not answer yet is waited for without end.
 *
 * @param onWaiting called once if the log does not answer at first
 * @throws EventLogError `topic-missing`, which waiting does not mend
 */
export async function awaitTopics(log: EventLog, topics: readonly string[], onWaiting: () => void): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await log.requireTopics(topics);
      return;
    } catch (error) {
      if (!(error instanceof EventLogError) || error.code !== 'unavailable') throw error;
      if (attempt === 1) onWaiting();
      await delay(RETRY_DELAY_MS, undefined, { ref: false });
    }
  }
}
