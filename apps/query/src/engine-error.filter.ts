import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import { EventLogError, explainFailure } from '@sluice/event-log';
import { RecordStoreError } from '@sluice/record-store';
import { Clock } from '@sluice/async';
import { ProblemError, sendProblem } from '@sluice/http';
import { LOGGER, type Logger } from '@sluice/observability';
import { Lifecycle } from '@sluice/process';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Engines need some seconds to recover; more frequent requests only add to their load. */
const RETRY_AFTER_SECONDS = 5;
/** Failures closer together than this are one outage. */
const CALM_MS = 30_000;

/**
 * Answers the errors of the two ports: an engine is unavailable, which is not the client's fault. The log has a line for each
 * outage, not for each request; those are at `debug`.
 */
@Catch(EventLogError, RecordStoreError)
export class EngineErrorFilter implements ExceptionFilter<EventLogError | RecordStoreError> {
  /** Time of the last failure of each engine, by the name of its error. */
  readonly #failedAtMs = new Map<string, number>();

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  catch(error: EventLogError | RecordStoreError, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const { code, message, cause } = error;
    const about = { code, cause: (cause as Error | undefined)?.message, requestId: request.id };
    this.logger[this.beginsOutage(error) ? 'warn' : 'debug'](about, message);
    sendProblem(http.getResponse<FastifyReply>(), request, this.problemOf(error));
  }

  private beginsOutage({ name }: Error): boolean {
    const nowMs = this.clock.now();
    const isFirst = nowMs - (this.#failedAtMs.get(name) ?? -Infinity) > CALM_MS;
    this.#failedAtMs.set(name, nowMs);
    return isFirst;
  }

  private problemOf(error: EventLogError | RecordStoreError): ProblemError {
    const retry = { retryAfterSeconds: RETRY_AFTER_SECONDS };
    if (this.lifecycle.isStopping)
      return new ProblemError('stopping', 'The service is stopping; send the request again.', retry);
    if (error instanceof RecordStoreError) {
      const cause = error.trouble === undefined ? '' : ` (${error.trouble.code}: ${error.trouble.sentence})`;
      return new ProblemError(
        'store-unavailable',
        `The record store does not answer${cause}; send the request again later.`,
        retry,
      );
    }
    const detail =
      error.code === 'topic-missing'
        ? 'The event log has no such topic yet; the init step creates it.'
        : `The event log does not answer${reasonOf(error)}, so the buffer is unknown; send the request again later.`;
    return new ProblemError('log-unavailable', detail, retry);
  }
}

function reasonOf({ failure }: EventLogError): string {
  return failure === undefined ? '' : ` (${explainFailure(failure)})`;
}
