/**
 * Counts the steps of a system under test and stops one of them: a caller that reaches it does not continue until {@link release}. A stopped
 * process that is never released was killed; one that is released later was frozen.
 */
export class Gate {
  #steps = 0;
  #isOpen = false;
  readonly #stopped = Promise.withResolvers<string>();
  readonly #released = Promise.withResolvers<void>();

  /** @param stopAt the step that is stopped, from 1; every step after it, too */
  constructor(private readonly stopAt = Infinity) {}

  /** Resolves with the name of the step that was stopped. */
  get stopped(): Promise<string> {
    return this.#stopped.promise;
  }

  async step(name: string): Promise<void> {
    if (++this.#steps < this.stopAt || this.#isOpen) return;
    this.#stopped.resolve(name);
    await this.#released.promise;
  }

  release(): void {
    this.#isOpen = true;
    this.#released.resolve();
  }
}
