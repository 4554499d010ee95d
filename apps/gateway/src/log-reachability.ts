import type { PublishOutcome } from '#event-log';
import type { Clock, Logger } from '#runtime';

/** Without a failure for this long, the log counts as reachable again: a flapping partition is not a line for each request. */
const CALM_MS = 5000;

/** Says in the log, once for each change, that the event log stopped confirming and that it confirms again. */
export class LogReachability {
  #failedAtMs: number | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** @param outcomes of one publish */
  note(outcomes: readonly PublishOutcome[]): void {
    const failure = outcomes.find((outcome) => !outcome.written);
    if (failure !== undefined) this.failed(failure.reason);
    else if (this.#failedAtMs !== undefined) this.confirmed(this.#failedAtMs);
  }

  private failed(reason: string): void {
    const isChange = this.#failedAtMs === undefined;
    this.#failedAtMs = this.clock.monotonicMs();
    if (isChange)
      this.logger.warn({ reason }, 'the event log does not confirm: records are answered 503 until it does');
  }

  private confirmed(failedAtMs: number): void {
    if (this.clock.monotonicMs() - failedAtMs < CALM_MS) return;
    this.#failedAtMs = undefined;
    this.logger.warn('the event log confirms again');
  }
}
