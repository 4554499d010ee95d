import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  /** Most checks before giving up. */
  tries?: number;
  /** Pause between two checks. */
  everyMs?: number;
  /** An error of the condition ends the wait at once; otherwise it counts as "not yet". */
  errorsFail?: boolean;
}

type Seen<T> = T | false | undefined;
type Condition<T> = () => Seen<T> | Promise<Seen<T>>;

/** Bound of a condition that is checked in each turn of the event loop. */
const TURNS_MS = 15_000;

/**
 * Waits until a condition holds: the only way in which tests wait, and their only timer. A condition that answers with a promise is
 * checked every 100 ms, 300 times. One that answers at once, without a patience of the caller, is checked in each turn of the event
 * loop for 15 s, so that no state between two turns is missed; its errors end the wait.
 *
 * @param what completes "gave up waiting until ..."; left out: the text of the condition
 * @param condition holds when it gives anything but `false` or `undefined`
 * @returns what the condition gave
 * @throws when it gives up; `cause` is what the last check threw
 */
export function until<T>(condition: Condition<T>, patience?: Patience): Promise<T>;
export function until<T>(what: string, condition: Condition<T>, patience?: Patience): Promise<T>;
export function until<T>(first: string | Condition<T>, second?: Condition<T> | Patience, third?: Patience): Promise<T> {
  const isNamed = typeof first === 'string';
  const condition = (isNamed ? second : first) as Condition<T>;
  const patience = (isNamed ? third : second) as Patience | undefined;
  return patience === undefined ? inEachTurn(String(first), condition) : paced(String(first), condition, patience);
}

async function inEachTurn<T>(what: string, condition: Condition<T>): Promise<T> {
  const patience = AbortSignal.timeout(TURNS_MS);
  for (;;) {
    const seen = condition();
    if (isPromise(seen)) return paced(what, condition, {}, seen);
    if (hasHappened(seen)) return seen;
    if (patience.aborted) throw new Error(`gave up waiting until ${what}`);
    await nextTurn();
  }
}

async function paced<T>(
  what: string,
  condition: Condition<T>,
  { tries = 300, everyMs = 100, errorsFail = false }: Patience,
  first?: Promise<Seen<T>>,
): Promise<T> {
  let last: unknown;
  for (let attempt = 1; attempt <= tries; attempt++) {
    try {
      const seen = await (attempt === 1 && first !== undefined ? first : condition());
      if (hasHappened(seen)) return seen;
    } catch (error) {
      if (errorsFail) throw error;
      last = error;
    }
    await delay(everyMs);
  }
  throw new Error(`gave up waiting until ${what}`, { cause: last });
}

function hasHappened<T>(seen: Seen<T>): seen is T {
  return seen !== undefined && seen !== false;
}

function isPromise<T>(seen: Seen<T> | Promise<Seen<T>>): seen is Promise<Seen<T>> {
  return typeof (seen as Partial<Promise<Seen<T>>> | undefined)?.then === 'function';
}
