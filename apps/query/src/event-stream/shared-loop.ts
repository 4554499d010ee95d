import { pause } from '@sluice/async';

/** Repeated work while it has users: once for all of them, and not at all without any. */
export class SharedLoop {
  #watchers = 0;
  #unwatched = new AbortController();

  /** @param step must not throw; the pause before the next one begins when it is done */
  constructor(
    private readonly step: () => Promise<void>,
    private readonly pauseMs: number,
  ) {}

  /** Each `enter` needs its {@link leave}. */
  enter(): void {
    if (++this.#watchers > 1) return;
    this.#unwatched = new AbortController();
    void this.run(this.#unwatched.signal);
  }

  leave(): void {
    if (--this.#watchers === 0) this.#unwatched.abort();
  }

  private async run(unwatched: AbortSignal): Promise<void> {
    while (!unwatched.aborted) {
      await this.step();
      await pause(this.pauseMs, unwatched);
    }
  }
}
