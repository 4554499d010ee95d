import { EventLogError } from '@sluice/event-log';

/** Of suites that wait for a broker: a minute. */
export const BROKER_PATIENCE = { tries: 1200, everyMs: 50, errorsFail: true };

/** Whether the event log did it. An error that is not an EventLogError is thrown. */
export async function succeeds(attempt: Promise<void>): Promise<boolean> {
  return attempt.then(
    () => true,
    (error: unknown) => {
      if (error instanceof EventLogError) return false;
      throw error;
    },
  );
}
