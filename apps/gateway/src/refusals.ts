import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError, sendProblem } from '@sluice/http';
import { RefusedError, type Refusal } from '@sluice/ingest';
import { LOGGER, type Logger } from '@sluice/observability';
import { IngestMetrics } from './ingest/ingest-metrics.js';

/** A refusal of the core as an HTTP problem. Its status is that of its code in contracts. */
export function problemErrorOf({ code, detail, ...extras }: Refusal): ProblemError {
  return new ProblemError(code, detail, extras);
}

/** How every refusal of the gateway becomes an answer: each is logged, those of records are counted, and its code sets its headers. */
@Injectable()
export class Refusals {
  constructor(
    @Inject(IngestMetrics) private readonly metrics: IngestMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Answers a request that a stage of the pipeline refuses. */
  answer(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
    this.note(request, refusal);
    if (refusal.code === 'unauthorized') reply.header('www-authenticate', 'Bearer');
    sendProblem(reply, request, problemErrorOf(refusal));
  }

  /** For a handler that has failed. @returns the error to throw, for the problem filter */
  thrown(request: FastifyRequest, error: unknown): unknown {
    const thrown = error instanceof RefusedError ? problemErrorOf(error.refusal) : error;
    if (thrown instanceof ProblemError) this.note(request, thrown);
    return thrown;
  }

  private note({ id, routeOptions }: FastifyRequest, { code }: Pick<Refusal, 'code'>): void {
    if (routeOptions.config.charge === 'records') this.metrics.refused(code);
    this.logger.debug({ requestId: id, code }, 'refused');
  }
}
