/** While ingest is under way, a turn is followed by a rest of this many times the turn: reads get about a tenth of the event loop. */
const REST_FACTOR = 10;
const MAX_REST_MS = 100;
/** A pass of the event loop that takes longer than this is late: reads then rest as long as it took. */
const LATE_MS = 20;
const CHECK_EVERY_MS = 2;

/**
 * Shares the event loop out among reads: one short turn at a time, in the order in which they asked, so that everything else of
 * the process runs in between. Ingest goes first: while it is under way, or while the loop is late, reads wait, but never without end.
 */
export class ReadTurns {
  readonly #waiting: (() => void)[] = [];
  #isRunning = false;
  #turnEndedAtMs = 0;
  #passMs = 0;
  #isIngestUnderWay = (): boolean => false;

  /** How many wait for a turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @param isIngestUnderWay is asked before each turn, so it must be cheap */
  yieldTo(isIngestUnderWay: () => boolean): void {
    this.#isIngestUnderWay = isIngestUnderWay;
  }

  /** Resolves when the caller may use the event loop for a few milliseconds: a turn lasts until the caller next waits for anything. */
  take(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    if (!this.#isRunning) {
      this.#isRunning = true;
      setImmediate(() => this.next());
    }
    return promise;
  }

  private next(): void {
    const nowMs = performance.now();
    if (nowMs - this.#turnEndedAtMs < this.restMs) {
      setTimeout(() => this.next(), CHECK_EVERY_MS);
      return;
    }
    this.#waiting.shift()!();
    setImmediate(() => {
      this.#turnEndedAtMs = performance.now();
      this.#passMs = this.#turnEndedAtMs - nowMs;
      if (this.#waiting.length > 0) this.next();
      else this.#isRunning = false;
    });
  }

  private get restMs(): number {
    const factor = this.#isIngestUnderWay() ? REST_FACTOR : this.#passMs > LATE_MS ? 1 : 0;
    return Math.min(MAX_REST_MS, this.#passMs * factor);
  }
}
