import type { Registry } from 'prom-client';
import type { Clock } from '../clock.js';

/** Scrapes closer together than this get the same text. */
const MIN_INTERVAL_MS = 1_000;

/** The text of a registry. It is made once a second at most, however many ask: scrapes cannot slow down the work they measure. */
export class Exposition {
  #text: Promise<string> | undefined;
  #begunAtMs = 0;

  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {}

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    const nowMs = this.clock.now();
    if (this.#text === undefined || nowMs - this.#begunAtMs >= MIN_INTERVAL_MS) {
      this.#begunAtMs = nowMs;
      this.#text = this.registry.metrics();
    }
    return this.#text;
  }
}
