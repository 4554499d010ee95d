import { setImmediate } from 'node:timers/promises';

/** Resolves when the condition holds; the runner's time limit is the deadline. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}
