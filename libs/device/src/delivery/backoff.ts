import type { Random } from '../clock.js';

export interface BackoffLimits {
  baseDelayMs: number;
  maxDelayMs: number;
}

/** Exponential backoff with full jitter: a random part of the base delay, doubled with each failure in a row up to the maximum. */
export class Backoff {
  private failuresInARow = 0;

  constructor(
    private readonly limits: BackoffLimits,
    private readonly random: Random,
  ) {}

  get isRetrying(): boolean {
    return this.failuresInARow > 0;
  }

  /** Milliseconds to wait after one more failure. */
  failed(): number {
    this.failuresInARow++;
    const ceiling = Math.min(this.limits.maxDelayMs, this.limits.baseDelayMs * 2 ** (this.failuresInARow - 1));
    return ceiling * this.random();
  }

  succeeded(): void {
    this.failuresInARow = 0;
  }
}
