/** Where the library gets its time from. Replace it in tests; on a device the {@link systemClock} is right. */
export interface Clock {
  /** Wall clock in milliseconds since 1970: for timestamps and ids only, since it may jump. */
  now(): number;
  /** Milliseconds that only ever grow, whatever happens to the wall clock: for every delay and age. */
  elapsed(): number;
  /** Calls back once, after `delayMs`. The function that comes back cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** `setTimeout` takes no more, about 25 days, and would call back at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMEOUT_MS));
    return () => clearTimeout(timer);
  },
};

/** A number from 0 up to but not including 1. */
export type Random = () => number;

/** Node 18 has no global `crypto`; ids have to be unique within one device only, for which `Math.random` is good enough. */
export const systemRandom: Random = () => {
  const crypto = (globalThis as { crypto?: { getRandomValues(array: Uint32Array): Uint32Array } }).crypto;
  return crypto === undefined ? Math.random() : crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
};
