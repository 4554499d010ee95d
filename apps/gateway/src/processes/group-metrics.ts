import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '@sluice/async';
import { MergedMetrics, type MetricsSnapshot } from '@sluice/observability';
import type { Member, ProcessGroup } from '@sluice/process';

/** A process that is busy for longer is shown with its last values. */
const SNAPSHOT_TIMEOUT_MS = 1_000;
/** Scrapes closer together than this get the same text, whichever processes they reach. */
const MIN_INTERVAL_MS = 1_000;

/** `GET /metrics` of all processes together. */
export class GroupMetrics {
  private readonly merged = new MergedMetrics();
  #text: Promise<string> | undefined;
  #begunAtMs = 0;

  /** @param registry the metrics of the primary itself */
  constructor(
    private readonly group: ProcessGroup,
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {
    new Gauge({
      name: 'sluice_gateway_processes',
      help: 'Processes of the gateway that take connections now.',
      registers: [registry],
      collect() {
        this.set(group.up.length);
      },
    });
    new Counter({
      name: 'sluice_gateway_process_restarts_total',
      help: 'Processes of the gateway that have ended and were started again.',
      registers: [registry],
      collect() {
        this.reset();
        this.inc(group.restarts);
      },
    });
  }

  text(): Promise<string> {
    const nowMs = this.clock.monotonicMs();
    if (this.#text === undefined || nowMs - this.#begunAtMs >= MIN_INTERVAL_MS) {
      this.#begunAtMs = nowMs;
      this.#text = this.read();
    }
    return this.#text;
  }

  /** A process has ended. */
  ended(number: number): void {
    this.merged.end(String(number));
  }

  private async read(): Promise<string> {
    await Promise.all(this.group.up.map((member) => this.readOf(member)));
    this.merged.update('primary', await this.registry.getMetricsAsJSON());
    return this.merged.text();
  }

  private async readOf({ link, number }: Member): Promise<void> {
    const snapshot = await link?.ask<MetricsSnapshot>('snapshot', SNAPSHOT_TIMEOUT_MS).catch(() => undefined);
    if (snapshot !== undefined) this.merged.update(String(number), snapshot);
  }
}
