import { EventLogError } from '../../event-log.js';

/** Ends with the time limit of the test. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Whether the log did it; what is not its trouble is thrown. */
export async function succeeds(attempt: Promise<void>): Promise<boolean> {
  return attempt.then(
    () => true,
    (error: unknown) => {
      if (error instanceof EventLogError) return false;
      throw error;
    },
  );
}
