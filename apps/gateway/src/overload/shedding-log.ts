import type { Clock } from '@sluice/async';
import type { Logger } from '@sluice/observability';
import type { SheddingCode } from './shedding-codes.js';

/** Without shedding for this long it is over: a load at the limit is not two lines for each second. */
const CALM_MS = 5000;

/** Says in the log, once for each change and cause, that load is shed and that it no longer is. */
export class SheddingLog {
  /** When each cause was last seen, for those that are not over. */
  readonly #lastSeenMs = new Map<SheddingCode, number>();

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  note(code: SheddingCode, isShedding: boolean): void {
    const lastSeenMs = this.#lastSeenMs.get(code);
    if (isShedding) {
      this.#lastSeenMs.set(code, this.clock.monotonicMs());
      if (lastSeenMs === undefined) this.logger.warn({ code }, 'requests are being answered 503: see docs/overload.md');
    } else if (lastSeenMs !== undefined && this.clock.monotonicMs() - lastSeenMs >= CALM_MS) {
      this.#lastSeenMs.delete(code);
      this.logger.warn({ code }, 'requests are no longer answered 503 for this');
    }
  }
}
