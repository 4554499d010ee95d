import type { Random } from '../clock.js';
import { Backoff, type BackoffLimits } from './backoff.js';
import { RetryBudget, type RetryBudgetLimits } from './retry-budget.js';

/** How much longer than `Retry-After` a device may wait, so that devices with the same `Retry-After` do not return at once. */
const RETRY_AFTER_SPREAD = 0.5;

export type PacingLimits = BackoffLimits & RetryBudgetLimits;

/** When a device may make its next request, whichever endpoint it goes to. Times are those of the device's monotonic clock. */
export class Pacing {
  private readonly backoff: Backoff;
  private readonly budget: RetryBudget;
  private notBeforeMs = 0;

  constructor(
    limits: PacingLimits,
    private readonly random: Random,
  ) {
    this.backoff = new Backoff(limits, random);
    this.budget = new RetryBudget(limits);
  }

  /** The next request follows one that failed. */
  get isRetrying(): boolean {
    return this.backoff.isRetrying;
  }

  /** Milliseconds until a request is allowed. */
  allowedInMs(nowMs: number): number {
    const budgetMs = this.isRetrying ? this.budget.waitMs(nowMs) : 0;
    return Math.max(this.notBeforeMs - nowMs, budgetMs, 0);
  }

  started(nowMs: number): void {
    if (this.isRetrying) this.budget.spend(nowMs);
  }

  succeeded(): void {
    this.backoff.succeeded();
    this.budget.succeeded();
  }

  /** @param retryAfterMs what every endpoint would ask for; 0 if nothing */
  failed(nowMs: number, retryAfterMs: number): void {
    this.notBeforeMs = nowMs + Math.max(this.backoff.failed(), this.spread(retryAfterMs));
  }

  spread(retryAfterMs: number): number {
    return retryAfterMs * (1 + RETRY_AFTER_SPREAD * this.random());
  }
}
