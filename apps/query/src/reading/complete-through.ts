import type { Clock } from '@sluice/async';
import type { BufferInspector } from '@sluice/event-log';
import { OldestWaiting } from '../oldest-waiting.js';

/** An answer uses what was worked out within this time. */
const FRESH_MS = 500;
/** An answer waits no longer for the event log: what was known before still holds. */
const PATIENCE_MS = 500;

export interface CompleteThroughOptions {
  /** Longest time that a gateway gives an append. */
  publishTimeoutMs: number;
  /** How far the clocks of two processes may differ, and how late an append may come, at most. */
  clockToleranceMs: number;
  /** False if the store may show a record later than it was confirmed: then nothing is ever known. */
  isKnown?: boolean;
}

/**
 * Up to which `received_at` everything is stored or dead-lettered.
 *
 * A partition is appended to in the order of time, whichever gateway does it. What is appended after an instant was received at most
 * one margin before it: the time that a publish may take, and what the clocks differ by. So, with the clock read before the positions:
 * - A partition in which nothing waits has everything that was received more than one margin before that reading: what comes later was
 *   received later.
 * - In one in which something waits, nothing that waits was appended before the first that waits, and nothing of that was received
 *   more than one margin before the receipt of the first.
 * The least of these over all partitions holds. Below a committed offset everything is durable in the store or among the dead letters.
 * What held once holds for ever, so the greatest so far is given.
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
      // The receipt of the first that waits and those of later ones may be by two clocks that are not ours.
      const throughMs = Math.min(nowMs, oldestMs) - publishTimeoutMs - 2 * clockToleranceMs;
      this.#throughMs = Math.max(throughMs, this.#throughMs ?? throughMs);
      this.#readAtMs = readAtMs;
    } catch {
      // The log is away: what was known before still holds.
    }
  }
}
