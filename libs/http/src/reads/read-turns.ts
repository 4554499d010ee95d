import type { EventLoopUtilization } from 'node:perf_hooks';

const { eventLoopUtilization } = performance;

/** Idle time that the event loop has after each turn, as a multiple of its busy time. */
const REST_WHILE_INGESTING = 10;
const REST_AFTER_INGEST = 1;
/** Ingest was active so recently that more of it is likely. */
const RECENT_MS = 1_000;
/** A turn waits at most this long for the one before: reads never stop completely. */
const MAX_REST_MS = 100;
/** A pass of the event loop that takes longer than this is late. */
const LATE_MS = 20;
const REST_WHEN_LATE = 1;
const CHECK_EVERY_MS = 2;

/**
 * Shares the event loop among reads: one short turn at a time, in the order of their requests. After each turn, the other work of the
 * process runs. Ingest has priority: reads use the time that it does not need. Without ingest, reads may use all of the event
 * loop as long as it is on time.
 */
export class ReadTurns {
  readonly #waiting: (() => void)[] = [];
  #isRunning = false;
  #turn = { beganAtMs: 0, loop: eventLoopUtilization(), passMs: 0 };
  #ingestSeenAtMs = -Infinity;
  #isIngestUnderWay = (): boolean => false;

  /** Number of reads that wait for a turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @param isIngestUnderWay called before each turn, so it must be cheap */
  yieldTo(isIngestUnderWay: () => boolean): void {
    this.#isIngestUnderWay = isIngestUnderWay;
  }

  /**
   * Resolves when the caller may use the event loop for a few milliseconds: a turn lasts until the caller next awaits something.
   */
  begin(): Promise<void> {
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
    if (nowMs - this.#turn.beganAtMs < this.spacingMs(nowMs)) {
      setTimeout(() => this.next(), CHECK_EVERY_MS);
      return;
    }
    this.#turn = { beganAtMs: nowMs, loop: eventLoopUtilization(), passMs: 0 };
    this.#waiting.shift()!();
    setImmediate(() => {
      this.#turn.passMs = performance.now() - nowMs;
      if (this.#waiting.length > 0) this.next();
      else this.#isRunning = false;
    });
  }

  /** Time from the beginning of one turn to the beginning of the next. */
  private spacingMs(nowMs: number): number {
    const rest = this.restFactor(nowMs);
    if (rest === 0) return 0;
    const { active } = eventLoopUtilization(this.#turn.loop) as EventLoopUtilization;
    return Math.min(MAX_REST_MS, active * (1 + rest));
  }

  private restFactor(nowMs: number): number {
    if (this.#isIngestUnderWay()) {
      this.#ingestSeenAtMs = nowMs;
      return REST_WHILE_INGESTING;
    }
    if (nowMs - this.#ingestSeenAtMs < RECENT_MS) return REST_AFTER_INGEST;
    return this.#turn.passMs > LATE_MS ? REST_WHEN_LATE : 0;
  }
}
