import { Counter, type Registry } from 'prom-client';
import type { Logger } from '../logging.js';

/** Spans that have ended and are not delivered yet; one more is dropped. A span is about 1 kB. */
export const MAX_WAITING_SPANS = 2048;

/**
 * Keeps account of every span: delivered, or dropped because the collector is down or slower than we are. Says so in the log once
 * for each change, not for each span.
 */
export class SpanDelivery {
  private readonly spans: Counter<'outcome'>;
  #waiting = 0;
  #isLosing = false;
  #lost = 0;
  #hasDroppedSinceDelivery = false;

  constructor(
    private readonly logger: Logger,
    registry: Registry,
  ) {
    this.spans = new Counter({
      name: 'sluice_trace_spans_total',
      help: 'Ended spans, by outcome.',
      labelNames: ['outcome'],
      registers: [registry],
    });
    for (const outcome of ['delivered', 'dropped']) this.spans.inc({ outcome }, 0);
  }

  /** @returns whether there is room for one more span on its way */
  admit(): boolean {
    if (this.#waiting < MAX_WAITING_SPANS) {
      this.#waiting++;
      return true;
    }
    this.#hasDroppedSinceDelivery = true;
    this.dropped(1, 'the collector is slower than the spans come');
    return false;
  }

  /** So many admitted spans have been delivered. */
  delivered(count: number): void {
    this.#waiting -= count;
    this.spans.inc({ outcome: 'delivered' }, count);
    if (this.#isLosing && !this.#hasDroppedSinceDelivery) this.recovered();
    this.#hasDroppedSinceDelivery = false;
  }

  /** So many admitted spans could not be delivered. @param reason for people; no secrets */
  failed(count: number, reason: string): void {
    this.#waiting -= count;
    this.dropped(count, reason);
  }

  /** At a shutdown: spans still queued are lost. */
  gaveUp(): void {
    if (this.#waiting > 0) this.failed(this.#waiting, 'the process has stopped before they were taken');
  }

  private dropped(count: number, reason: string): void {
    this.spans.inc({ outcome: 'dropped' }, count);
    this.#lost += count;
    if (this.#isLosing) return;
    this.#isLosing = true;
    this.logger.warn({ reason }, 'spans are dropped; accepting and storing records is not affected');
  }

  private recovered(): void {
    this.logger.info({ dropped: this.#lost }, 'spans are delivered again');
    this.#isLosing = false;
    this.#lost = 0;
  }
}
