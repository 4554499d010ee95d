/** One delay is a large batch or a garbage collection; delays in a row are load. */
const DELAYS_IN_A_ROW = 2;
/** How fast the budget grows while nothing is delayed: slowly while it is used up, otherwise soon beyond every real load. */
const CAREFUL_GROWTH = 1.1;
const FREE_GROWTH = 1.5;
/** More than arrive between two observations. */
const ENOUGH = 10_000;
/** How much the last observation weighs in the share. */
const WEIGHT = 0.2;

const MAX_RETRY_AFTER_SECONDS = 60;

/**
 * How many requests are admitted until the next observation of a delay. While the delay is above its limit, the budget is what was let
 * in, less by as much as the delay is too long; else it grows. So it holds from the first request of the next turn of the event loop
 * on, however many arrive in it, and the process stays busy: to refuse everything until the delay is over would leave it idle half
 * of the time. No clock, no timer, no chance.
 */
export class AdmissionBudget {
  #budget = Infinity;
  #admitted = 0;
  #refused = 0;
  #share = 1;
  #delaysInARow = 0;

  /** @param limitMs 0: everything is admitted */
  constructor(private readonly limitMs: number) {}

  /** The share of the requests that was admitted recently: above 0, at most 1. */
  get share(): number {
    return this.#share;
  }

  /** If all that are refused come back after this time, about as many arrive as can be admitted. */
  get retryAfterSeconds(): number {
    return Math.min(MAX_RETRY_AFTER_SECONDS, Math.ceil(1 / this.#share));
  }

  /** Whether the next request is admitted. */
  admits(): boolean {
    if (this.#admitted < this.#budget) {
      this.#admitted++;
      return true;
    }
    this.#refused++;
    return false;
  }

  observe(delayMs: number): void {
    if (this.limitMs === 0) return;
    this.#delaysInARow = delayMs > this.limitMs ? this.#delaysInARow + 1 : 0;
    if (this.#delaysInARow === 0) this.grow();
    if (this.#delaysInARow >= DELAYS_IN_A_ROW) {
      const used = Math.min(this.#budget, this.#admitted);
      this.#budget = Math.max(1, used * (this.limitMs / delayMs));
    }
    this.beginAnew();
  }

  /** Nothing is delayed any more: everything is admitted at once. */
  reset(): void {
    this.#budget = Infinity;
    this.#delaysInARow = 0;
    this.beginAnew();
  }

  private grow(): void {
    this.#budget *= this.#refused > 0 ? CAREFUL_GROWTH : FREE_GROWTH;
    if (this.#budget > ENOUGH) this.#budget = Infinity;
  }

  private beginAnew(): void {
    const arrived = this.#admitted + this.#refused;
    if (arrived > 0) this.#share += WEIGHT * (this.#admitted / arrived - this.#share);
    if (this.#budget === Infinity) this.#share = 1;
    this.#admitted = this.#refused = 0;
  }
}
