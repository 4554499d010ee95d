import { EventLogError } from '@sluice/event-log';

const PATIENCE_MS = 60_000;

/** @throws Error when it does not hold within a minute */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  while (!(await holds())) {
    if (patience.aborted) throw new Error(`In ${PATIENCE_MS} ms this did not become true: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
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
