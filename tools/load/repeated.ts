import { setTimeout as delay } from 'node:timers/promises';

/** Work that is repeated until it is stopped, with a pause after each time. */
export class Repeated {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(
    private readonly work: () => Promise<void> | void,
    private readonly pauseMs: number,
  ) {
    this.#running = this.run();
    // An error is thrown by `stop`, not into the void.
    this.#running.catch(() => undefined);
  }

  /**
   * Resolves when the work in progress has ended. Idempotent.
   *
   * @throws what the work has thrown
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  private async run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.work();
      await delay(this.pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
