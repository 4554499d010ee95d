import type { Clock } from '@sluice/async';
import type { BufferInspector } from '@sluice/event-log';
import { OldestWaiting } from '../oldest-waiting.js';

/** A computed value is used for this time. */
const FRESH_MS = 500;
/** An answer waits no longer for the event log: the earlier value is still valid. */
const PATIENCE_MS = 500;

export interface CompleteThroughOptions {
  /** Longest time that a gateway gives an append. */
  publishTimeoutMs: number;
  /** The largest difference between the clocks of two processes, and the largest delay of an append. */
  clockToleranceMs: number;
  /** False if the store may show a record later than it was acknowledged: then no time is ever known. */
  isKnown?: boolean;
}

/**
 * The `received_at` up to which everything is stored or dead-lettered.
 *
 * A partition is appended to in the order of time, whichever gateway appends. A record that is appended after an instant was received
 * at most one margin before it: the time limit of a publish, plus the difference of the clocks. So, with the clock read before the
 * offsets:
 * - A partition without buffered records has everything that was received more than one margin before that reading: later records
 *   were received later.
 * - In a partition with buffered records, none was appended before the first buffered one, and none of them was received more than
 *   one margin before the receipt of that one.
 * The smallest of these times over all partitions holds. Below a committed offset everything is durable in the store or among the
 * dead letters. A time that held once holds for ever, so the greatest so far is returned.
 */
export class CompleteThrough {
  readonly #oldest: OldestWaiting;
  #throughMs: number | undefined;
  #readAtMs = -Infinity;
  #askedAtMs = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(
    private readonly inspector: BufferInspector,
    private readonly clock: Clock,
    private readonly options: CompleteThroughOptions,
  ) {
    this.#oldest = new OldestWaiting(inspector);
  }

  /**
   * RFC 3339, for what is read from the store after this; `null` if it is not known. Never fails, and does not wait for a silent log.
   */
  async text(): Promise<string | null> {
    const { isKnown = true } = this.options;
    if (!isKnown) return null;
    if (this.clock.monotonicMs() - this.#readAtMs >= FRESH_MS) await this.refreshed();
    return this.#throughMs === undefined ? null : new Date(this.#throughMs).toISOString();
  }

  /** Waits only for a question that was asked just now. */
  private async refreshed(): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    if (this.#reading === undefined) {
      this.#askedAtMs = nowMs;
      this.#reading = this.refresh().finally(() => (this.#reading = undefined));
    }
    if (nowMs - this.#askedAtMs > PATIENCE_MS) return;
    const over = Promise.withResolvers<void>();
    const patience = setTimeout(over.resolve, PATIENCE_MS);
    await Promise.race([this.#reading, over.promise]);
    clearTimeout(patience);
  }

  private async refresh(): Promise<void> {
    const readAtMs = this.clock.monotonicMs();
    const nowMs = this.clock.now();
    try {
      const positions = await this.inspector.positions();
      const waiting = positions.some(({ committed, high }) => committed < high);
      const oldestMs = waiting ? await this.#oldest.timestampMs(positions) : nowMs;
      const isLost = positions.some(({ expired = 0 }) => expired > 0);
      if (oldestMs === undefined || isLost) return;
      const { publishTimeoutMs, clockToleranceMs } = this.options;
      // The receipts of the first buffered record and of later ones may be by two clocks other than ours.
      const throughMs = Math.min(nowMs, oldestMs) - publishTimeoutMs - 2 * clockToleranceMs;
      this.#throughMs = Math.max(throughMs, this.#throughMs ?? throughMs);
      this.#readAtMs = readAtMs;
    } catch {
      // The event log is unavailable: the earlier value is still valid.
    }
  }
}
