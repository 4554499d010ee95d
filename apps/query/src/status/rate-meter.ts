import type { PartitionPosition } from '@sluice/event-log';

/** Rates are means over this time: long enough to be read, short enough to be live. */
const WINDOW_MS = 5_000;

export interface Rates {
  /** Records accepted each second. */
  in: number;
  /** Records stored or dead-lettered each second. */
  out: number;
}

interface Reading {
  atMs: number;
  accepted: number;
  settled: number;
}

/** The rates of arrival and storage, from the offsets of the last seconds. */
export class RateMeter {
  #readings: Reading[] = [];

  add(positions: readonly PartitionPosition[], atMs: number): void {
    const reading = { atMs, accepted: 0, settled: 0 };
    for (const { committed, high } of positions) {
      reading.accepted += high;
      reading.settled += committed;
    }
    const last = this.#readings.at(-1);
    // A re-created topic begins at 0 again.
    const isAhead = last === undefined || (reading.accepted >= last.accepted && reading.settled >= last.settled);
    const recent = this.#readings.filter(({ atMs: then }) => atMs - then <= WINDOW_MS);
    this.#readings = isAhead ? [...recent, reading] : [reading];
  }

  /** `undefined` until there are two readings at different times. */
  get rates(): Rates | undefined {
    const [first, last] = [this.#readings[0], this.#readings.at(-1)];
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return undefined;
    const seconds = (last.atMs - first.atMs) / 1000;
    return { in: (last.accepted - first.accepted) / seconds, out: (last.settled - first.settled) / seconds };
  }
}
