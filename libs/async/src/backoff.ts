export interface BackoffLimits {
  minMs: number;
  maxMs: number;
}

/** Doubling delays with jitter over their upper half, so that many workers do not retry at the same moment. */
export class Backoff {
  #attempts = 0;

  constructor(
    private readonly limits: BackoffLimits,
    private readonly random: () => number = Math.random,
  ) {}

  get attempts(): number {
    return this.#attempts;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const ceiling = Math.min(this.limits.maxMs, this.limits.minMs * 2 ** this.#attempts++);
    return ceiling * (0.5 + this.random() / 2);
  }

  reset(): void {
    this.#attempts = 0;
  }
}
