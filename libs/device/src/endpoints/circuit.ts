import type { Random } from '../clock.js';

export interface CircuitLimits {
  /** Failures in a row that open the circuit of the last endpoint that is left; with others to go to, one is enough. */
  failures: number;
  /** How long it stays open at first, in milliseconds; twice as long each time it opens again soon. */
  openMs: number;
  /** The longest that it stays open, and the time without a failure after which it counts as healthy again. */
  maxOpenMs: number;
}

/**
 * States: closed -> open (failures) -> half-open (time has passed) -> closed (a request succeeds) or open (it fails).
 * A device has one request in flight, so half-open lets exactly one through.
 *
 * How long it stays open grows until the endpoint has been healthy for `maxOpenMs`: an endpoint that comes and goes
 * is left alone for longer each time, and a device does not flap between two.
 */
export class Circuit {
  private failuresInARow = 0;
  private timesOpened = 0;
  private closesAtMs = 0;
  private healthySinceMs: number | undefined;

  constructor(
    private readonly limits: CircuitLimits,
    private readonly random: Random,
  ) {}

  /** Milliseconds until a request may be made; 0 when closed or half-open. */
  availableInMs(nowMs: number): number {
    return Math.max(0, this.closesAtMs - nowMs);
  }

  succeeded(nowMs: number): void {
    this.failuresInARow = 0;
    this.healthySinceMs ??= nowMs;
  }

  /**
   * @param isLastLeft there is no other endpoint to go to
   * @param retryAfterMs the endpoint asked for this wait; 0 if it did not
   */
  failed(nowMs: number, isLastLeft: boolean, retryAfterMs: number): void {
    if (nowMs - (this.healthySinceMs ?? nowMs) > this.limits.maxOpenMs) this.timesOpened = 0;
    this.healthySinceMs = undefined;
    this.failuresInARow++;
    const opens = this.failuresInARow >= (isLastLeft ? this.limits.failures : 1);
    const holdMs = Math.max(retryAfterMs, opens ? this.nextHoldMs() : 0);
    this.closesAtMs = nowMs + holdMs;
  }

  /** Half of it is chance, so that devices that left together do not come back together. */
  private nextHoldMs(): number {
    const holdMs = Math.min(this.limits.maxOpenMs, this.limits.openMs * 2 ** this.timesOpened);
    this.timesOpened++;
    return holdMs * (0.5 + this.random() / 2);
  }
}
