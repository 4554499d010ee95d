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
    /**
     * What gives the text of several processes. It is asked each time, and has to keep the interval by itself: a process that kept
     * its text would show counts that are lower than those another has shown meanwhile. Left out: the registry.
     */
    private readonly read?: () => Promise<string>,
  ) {}

  get contentType(): string {
    return this.registry.contentType;
  }

  /** In UTF-8: encoded once for all scrapes within the second. */
  text(): Promise<Buffer> {
    if (this.read !== undefined) return this.read().then((text) => Buffer.from(text));
    const nowMs = this.clock.monotonicMs();
    if (this.#text === undefined || nowMs - this.#begunAtMs >= MIN_INTERVAL_MS) {
      this.#begunAtMs = nowMs;
      this.#text = this.registry.metrics().then((text) => Buffer.from(text));
    }
    return this.#text;
  }
}
