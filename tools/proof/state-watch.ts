import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 500;
const READ_TIMEOUT_MS = 20_000;

/** Writes down what `/check-buffer` says to a person while a fault is on, each state once. */
export class StateWatch {
  readonly #seen = new Set<string>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(private readonly baseUrl: string) {
    this.#running = this.run();
  }

  get seen(): string[] {
    return [...this.#seen].sort();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  private async run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const state = await this.look().catch(() => 'no answer');
      this.#seen.add(state);
      await delay(LOOK_EVERY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  private async look(): Promise<string> {
    const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
    const response = await fetch(`${this.baseUrl}/check-buffer?limit=1`, { signal });
    const { state, reason, code } = (await response.json()) as { state?: string; reason?: string; code?: string };
    if (response.status !== 200) return `${response.status} ${code}`;
    return reason ? `${state}: ${reason}` : state!;
  }
}
