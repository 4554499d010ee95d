import type { BufferLag } from './buffer-lag.js';

/** A stage ends only this far below where it began, or a lag at its limit would begin and end it at each look. */
const END_SHARE = 0.8;

/** Limits of a lag; 0: none. */
export interface LagLimits {
  records: number;
  seconds: number;
}

/** Whether the buffer is longer or older than it may be. */
export class LagStage {
  #isReached = false;

  constructor(private readonly limits: LagLimits) {}

  get isReached(): boolean {
    return this.#isReached;
  }

  look(lag: BufferLag): void {
    const share = this.#isReached ? END_SHARE : 1;
    this.#isReached =
      exceeds(lag.records, this.limits.records * share) || exceeds(lag.seconds, this.limits.seconds * share);
  }
}

function exceeds(value: number, limit: number): boolean {
  return limit > 0 && value > limit;
}
