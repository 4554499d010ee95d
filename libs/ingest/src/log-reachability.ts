import { EventLogError, explainFailure, type FailureCause, type PublishOutcome } from '@sluice/event-log';
import type { Clock } from '@sluice/async';
import type { IngestLogger } from './logger.js';

/** Without a failure for this long, the log counts as reachable again: a flapping partition is not a line for each request. */
const CALM_MS = 5000;
/** Probes are not closer together than this, however many ask. */
const PROBE_INTERVAL_MS = 2000;

interface Failure {
  cause: FailureCause | undefined;
}

/**
 * Whether records can be published: not while the last publish has failed and none has succeeded since. A gateway that is not ready
 * gets no records that could succeed, so a probe may take the place of one. A record that the log refuses for what it is says
 * nothing of the log.
 *
 * Says in the log, once for each change, that the event log stopped confirming and that it confirms again.
 */
export class LogReachability {
  #failedAtMs: number | undefined;
  #failure: Failure | undefined;
  #probing: Promise<void> | undefined;
  #probedAtMs = -Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly logger: IngestLogger,
  ) {}

  /** @param outcomes of one publish */
  note(outcomes: readonly PublishOutcome[]): void {
    const failure = outcomes.find((outcome) => !outcome.written);
    if (failure?.cause === 'record') return;
    this.#failure = failure && { cause: failure.cause };
    if (failure !== undefined) this.failed(failure.reason, failure.cause);
    else if (this.#failedAtMs !== undefined) this.confirmed(this.#failedAtMs);
  }

  /**
   * Resolves if the last publish has succeeded, or the probe does now.
   *
   * @param probe of the log; rejects if a publish would fail
   * @throws Error whose message may be shown to every client
   */
  async requireWritable(probe: () => Promise<void>): Promise<void> {
    if (this.#failure === undefined) return;
    const isDue = this.clock.monotonicMs() - this.#probedAtMs >= PROBE_INTERVAL_MS;
    if (isDue) this.#probing ??= this.probe(probe).finally(() => (this.#probing = undefined));
    await this.#probing;
    if (this.#failure !== undefined) throw new Error(notConfirmed(this.#failure));
  }

  private async probe(probe: () => Promise<void>): Promise<void> {
    const failure = this.#failure;
    this.#probedAtMs = this.clock.monotonicMs();
    try {
      await probe();
      // What was published meanwhile says more than the probe.
      if (this.#failure !== failure) return;
      this.#failure = undefined;
      if (this.#failedAtMs !== undefined) this.confirmed(this.#failedAtMs);
    } catch (error) {
      if (error instanceof EventLogError && this.#failure === failure)
        this.#failure = { cause: error.failure ?? failure?.cause };
    }
  }

  private failed(reason: string, cause: FailureCause | undefined): void {
    const isChange = this.#failedAtMs === undefined;
    this.#failedAtMs = this.clock.monotonicMs();
    if (isChange)
      this.logger.warn({ cause, reason }, 'the event log does not acknowledge: records are answered 503 until it does');
  }

  private confirmed(failedAtMs: number): void {
    if (this.clock.monotonicMs() - failedAtMs < CALM_MS) return;
    this.#failedAtMs = undefined;
    this.logger.warn('the event log acknowledges again');
  }
}

function notConfirmed({ cause }: Failure): string {
  const what = 'the last record was not confirmed';
  return cause === undefined ? what : `${what} (${explainFailure(cause)})`;
}
