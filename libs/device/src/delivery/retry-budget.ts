export interface RetryBudgetLimits {
  /** Retries that may follow each other without any success. */
  burst: number;
  /** Retries that each successful request earns. */
  perSuccess: number;
  /** Time that earns one retry, so that an outage of any length is survived. */
  refillMs: number;
}

/**
 * Bounds the share of retries among requests: backoff alone restarts with each success, and a fleet that meets
 * a half-broken gateway would double its load with retries.
 */
export class RetryBudget {
  private retries: number;
  private updatedAtMs = 0;

  constructor(private readonly limits: RetryBudgetLimits) {
    this.retries = limits.burst;
  }

  succeeded(): void {
    this.earn(this.limits.perSuccess);
  }

  /** Milliseconds until one retry can be paid for. */
  waitMs(nowMs: number): number {
    this.refill(nowMs);
    return Math.max(0, (1 - this.retries) * this.limits.refillMs);
  }

  spend(nowMs: number): void {
    this.refill(nowMs);
    this.retries = Math.max(0, this.retries - 1);
  }

  private refill(nowMs: number): void {
    this.earn((nowMs - this.updatedAtMs) / this.limits.refillMs);
    this.updatedAtMs = nowMs;
  }

  private earn(retries: number): void {
    this.retries = Math.min(this.limits.burst, this.retries + retries);
  }
}
