import { setImmediate } from 'node:timers/promises';

/** A few milliseconds of work on an ordinary body. */
const SLICE_BYTES = 64 * 1024;

/** Divides long work into slices, between which the event loop serves other requests. */
export class TimeSlice {
  #bytes = 0;

  /** @returns whether the slice is used up: then await {@link next} */
  isOver(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#bytes >= SLICE_BYTES;
  }

  async next(): Promise<void> {
    this.#bytes = 0;
    await setImmediate();
  }
}
