import type { Registry } from 'prom-client';
import type { Clock } from '@sluice/async';

/** Scrapes closer together than this get the same text. */
const MIN_INTERVAL_MS = 1_000;

/** The text of a registry. It is generated at most once a second, whatever the number of scrapes: they cannot slow down the work that they measure. */
export class Exposition {
  #text: Promise<Buffer> | undefined;
  #begunAtMs = 0;

  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    /** What gives the text. Left out: the registry. */
    private readonly read: () => Promise<string> = () => registry.metrics(),
  ) {}

  get contentType(): string {
    return this.registry.contentType;
  }

  /** In UTF-8: encoded once for all scrapes within the second. */
  text(): Promise<Buffer> {
    const nowMs = this.clock.monotonicMs();
    if (this.#text === undefined || nowMs - this.#begunAtMs >= MIN_INTERVAL_MS) {
      this.#begunAtMs = nowMs;
      const text = this.read().then((text) => Buffer.from(text));
      this.#text = text;
      // What could not be read is read again when the next one asks.
      text.catch(() => this.#text === text && (this.#text = undefined));
    }
    return this.#text;
  }
}
