/**
 * Pieces of work that go on at one time: as many as there are turns, in the order in which they were asked for. A piece is short (a slice
 * of an answer, one search, one step of a redrive), so each waits for a few others at most, and none can be passed over for ever.
 */
export class EngineTurns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** @param turns at least 1 */
  constructor(turns: number) {
    this.#free = turns;
  }

  /** How many pieces wait for a turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @returns what `work` returns. @throws what `work` throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
