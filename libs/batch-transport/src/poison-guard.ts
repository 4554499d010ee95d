export interface PoisonLimits {
  /** Length of the window, in milliseconds. */
  windowMs: number;
  /** Fewer dead letters than this in one window are never a flood. */
  minDeadLetters: number;
  /** Share of dead letters among the records of one window, 0..1. */
  maxRatio: number;
  /**
   * More dead letters of failed records than this in a row, without a handled record between them, mean that the handler fails on
   * every record. They come too slowly for a window. Default: 20.
   */
  maxFailuresInARow?: number;
}

const DEFAULT_FAILURES_IN_A_ROW = 20;

export const DEFAULT_POISON_LIMITS: PoisonLimits = { windowMs: 60_000, minDeadLetters: 100, maxRatio: 0.5 };

interface Tally {
  atMs: number;
  records: number;
  deadLetters: number;
}

/** Distinguishes a few bad records from a bad deployment, which must not drain the topic into the dead-letter topic. */
export class PoisonGuard {
  #window: Tally[] = [];
  #failuresInARow = 0;
  #isOverruled = false;

  constructor(private readonly limits: PoisonLimits = DEFAULT_POISON_LIMITS) {}

  /** An operator has decided: every dead letter is accepted, until a batch has none. */
  overrule(): void {
    this.#isOverruled = true;
  }

  /**
   * Whether these dead letters, with those before them, are a flood. Does not count them: {@link count} does.
   *
   * @param failures the number of dead letters whose records the handler failed on
   */
  isFlood(records: number, deadLetters: number, nowMs: number, failures = 0): boolean {
    if (this.#isOverruled || deadLetters === 0) return false;
    const { maxFailuresInARow = DEFAULT_FAILURES_IN_A_ROW } = this.limits;
    if (failures > 0 && this.#failuresInARow + failures > maxFailuresInARow) return true;
    const recent = this.#window.filter(({ atMs }) => atMs > nowMs - this.limits.windowMs);
    const allDead = recent.reduce((sum, tally) => sum + tally.deadLetters, deadLetters);
    const all = recent.reduce((sum, tally) => sum + tally.records, records);
    return allDead >= this.limits.minDeadLetters && allDead > all * this.limits.maxRatio;
  }

  /** Counts a batch that was accepted in the window. */
  count(records: number, deadLetters: number, nowMs: number, failures = 0): void {
    if (deadLetters === 0) this.#isOverruled = false;
    if (records > deadLetters) this.#failuresInARow = 0;
    this.#failuresInARow += failures;
    this.#window = this.#window.filter(({ atMs }) => atMs > nowMs - this.limits.windowMs);
    this.#window.push({ atMs: nowMs, records, deadLetters });
  }
}
