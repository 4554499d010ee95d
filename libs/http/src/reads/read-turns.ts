import type { EventLoopUtilization } from 'node:perf_hooks';

const { eventLoopUtilization } = performance;

/** Time that reads leave to other work after each turn, as a multiple of the time that the turn took. */
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

/** Reads that wait for turns of one kind, and the last turn of this kind. */
class Line {
  readonly waiting: (() => void)[] = [];
  beganAtMs = -Infinity;
  /** How long the caller used its turn. */
  tookMs = 0;
  #loop = eventLoopUtilization();

  /** How long the event loop was busy since the last turn began. */
  get loopActiveMs(): number {
    return (eventLoopUtilization(this.#loop) as EventLoopUtilization).active;
  }

  begin(nowMs: number): void {
    this.beganAtMs = nowMs;
    this.#loop = eventLoopUtilization();
    this.waiting.shift()!();
    // Next ticks run when no promise job is left: the caller has done all that it can do without waiting.
    queueMicrotask(() => process.nextTick(() => (this.tookMs = performance.now() - nowMs)));
  }
}

/**
 * Shares the event loop among reads: one short turn in each pass, in the order of the requests. Ingest has priority. Without
 * ingest, reads may use all of the event loop as long as it is on time.
 */
export class ReadTurns {
  readonly #pages = new Line();
  readonly #steps = new Line();
  #isRunning = false;
  #passMs = 0;
  #ingestSeenAtMs = -Infinity;
  #isIngestUnderWay = (): boolean => false;

  /** Number of reads that wait for a turn. */
  get waiting(): number {
    return this.#pages.waiting.length + this.#steps.waiting.length;
  }

  /** @param isIngestUnderWay called before each turn, so it must be cheap */
  yieldTo(isIngestUnderWay: () => boolean): void {
    this.#isIngestUnderWay = isIngestUnderWay;
  }

  /**
   * For a request and each part of a page. Resolves when the caller may use the event loop for a few milliseconds: a turn lasts
   * until the caller next waits for anything but a promise that is settled already. While there is ingest, such turns use a tenth
   * of the time at most.
   */
  begin(): Promise<void> {
    return this.enter(this.#pages);
  }

  /**
   * Like {@link begin}, for one of the many steps of an export, a series or a search. While there is ingest, such turns use only the time
   * that it leaves.
   */
  beginStep(): Promise<void> {
    return this.enter(this.#steps);
  }

  private enter({ waiting }: Line): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    if (!this.#isRunning) {
      this.#isRunning = true;
      setImmediate(() => this.next());
    }
    return promise;
  }

  private next(): void {
    const nowMs = performance.now();
    const line = this.due(nowMs);
    if (line === undefined) {
      setTimeout(() => this.next(), CHECK_EVERY_MS);
      return;
    }
    line.begin(nowMs);
    setImmediate(() => {
      this.#passMs = performance.now() - nowMs;
      if (this.waiting > 0) this.next();
      else this.#isRunning = false;
    });
  }

  /** If both lines are due, the one whose last turn is longer ago. */
  private due(nowMs: number): Line | undefined {
    const rest = this.restFactor(nowMs);
    const isDue = (line: Line, usedMs: () => number): boolean =>
      line.waiting.length > 0 &&
      nowMs - line.beganAtMs >= (rest === 0 ? 0 : Math.min(MAX_REST_MS, usedMs() * (1 + rest)));
    const pages = isDue(this.#pages, () => this.#pages.tookMs) ? this.#pages : undefined;
    const steps = isDue(this.#steps, () => this.#steps.loopActiveMs) ? this.#steps : undefined;
    return (pages?.beganAtMs ?? Infinity) <= (steps?.beganAtMs ?? Infinity) ? pages : steps;
  }

  private restFactor(nowMs: number): number {
    if (this.#isIngestUnderWay()) {
      this.#ingestSeenAtMs = nowMs;
      return REST_WHILE_INGESTING;
    }
    if (nowMs - this.#ingestSeenAtMs < RECENT_MS) return REST_AFTER_INGEST;
    return this.#passMs > LATE_MS ? REST_WHEN_LATE : 0;
  }
}
