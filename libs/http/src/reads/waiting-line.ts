interface Waiter {
  tryEnter(): boolean;
  resolve(): void;
  reject(error: Error): void;
  deadline: NodeJS.Timeout;
}

/** A queue of requests that wait for room. The first one that fits is admitted first. */
export class WaitingLine<Key> {
  readonly #waiters = new Map<Key, Waiter>();

  get length(): number {
    return this.#waiters.size;
  }

  /**
   * Resolves once `tryEnter` has returned true. It is called at once, if no other key waits, and with every {@link admit}.
   *
   * @throws what `refusal` gives, after `maxWaitMs`
   */
  enter(key: Key, tryEnter: () => boolean, { maxWaitMs, refusal }: Patience): Promise<void> {
    if (this.#waiters.size === 0 && tryEnter()) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const deadline = setTimeout(() => this.refuse(key, refusal()), maxWaitMs);
    this.#waiters.set(key, { tryEnter, resolve, reject, deadline });
    // There may be room for this one although the others wait for another kind of it.
    this.admit();
    return promise;
  }

  /** Call it whenever there is more room than before. */
  admit(): void {
    for (const [key, waiter] of this.#waiters) if (waiter.tryEnter()) this.remove(key)?.resolve();
  }

  /** Ends the wait of one; no wait is no error. */
  refuse(key: Key, error: Error): void {
    this.remove(key)?.reject(error);
  }

  refuseAll(error: () => Error): void {
    for (const key of [...this.#waiters.keys()]) this.refuse(key, error());
  }

  private remove(key: Key): Waiter | undefined {
    const waiter = this.#waiters.get(key);
    clearTimeout(waiter?.deadline);
    this.#waiters.delete(key);
    return waiter;
  }
}

export interface Patience {
  maxWaitMs: number;
  refusal: () => Error;
}
