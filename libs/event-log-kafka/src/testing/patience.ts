import { EventLogError } from '@sluice/event-log';

/** Time limit of suites that wait for a broker: a minute. */
export const BROKER_PATIENCE = { tries: 1200, everyMs: 50, errorsFail: true };

/** Whether the event log reported the failure. Throws an error that is not an EventLogError. */
export async function succeeds(attempt: Promise<void>): Promise<boolean> {
  return attempt.then(
    () => true,
    (error: unknown) => {
      if (error instanceof EventLogError) return false;
      throw error;
    },
  );
}
