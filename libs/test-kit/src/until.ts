import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  /** Most looks before giving up. */
  tries?: number;
  /** Pause between two looks. */
  everyMs?: number;
}

/**
 * Looks again and again until the look gives something other than `undefined`; the only timer of the end-to-end suites.
 *
 * @param what completes "gave up waiting until ..."
 * @throws when it gives up; `cause` is what the last look threw
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  { tries = 300, everyMs = 100 }: Patience = {},
): Promise<T> {
  let last: unknown;
  for (let attempt = 1; attempt <= tries; attempt++) {
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
    } catch (error) {
      last = error;
    }
    await delay(everyMs);
  }
  throw new Error(`gave up waiting until ${what}`, { cause: last });
}
