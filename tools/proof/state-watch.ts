import { Repeated } from '../load/repeated.js';

const READ_EVERY_MS = 500;
const READ_TIMEOUT_MS = 20_000;

/** Collects the states that `/check-buffer` reports while a fault is on. */
export class StateWatch {
  readonly #seen = new Set<string>();
  readonly #watching = new Repeated(() => this.note(), READ_EVERY_MS);

  constructor(private readonly baseUrl: string) {}

  get seen(): string[] {
    return [...this.#seen].sort();
  }

  stop(): Promise<void> {
    return this.#watching.stop();
  }

  private async note(): Promise<void> {
    this.#seen.add(await this.state().catch(() => 'no answer'));
  }

  private async state(): Promise<string> {
    const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
    const response = await fetch(`${this.baseUrl}/check-buffer?limit=1`, { signal });
    const { state, reason, code } = (await response.json()) as { state?: string; reason?: string; code?: string };
    if (response.status !== 200) return `${response.status} ${code}`;
    return reason ? `${state}: ${reason}` : state!;
  }
}
