import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { sendProblem, type ProblemError } from '@sluice/http';
import type { Logger } from '@sluice/observability';
import type { IngestMetrics } from '../ingest-metrics.js';
import type { Cost, RateLimits } from './rate-limits.js';

const INGEST = '/ingest';
const ONE_READ: Cost = { reads: 1 };

/** What the head of a request to `POST /ingest` says of its cost. */
export function declaredCost(headers: IncomingHttpHeaders): Cost {
  return { records: 1, bytes: Number(headers['content-length'] ?? 0) };
}

/**
 * Charges every read one read, after all hooks that may refuse it: an unknown path, another method or a missing right costs nothing.
 */
export function countReads(fastify: FastifyInstance, limits: RateLimits, logger: Logger): void {
  if (!limits.countSenders) return;
  fastify.addHook('preParsing', (request, reply, payload, done) => {
    // Paths that ask for no sender are probes and descriptions.
    const isRead = !request.is404 && request.sender !== undefined && request.routeOptions.url !== INGEST;
    if (!isRead) return done(null, payload);
    const charge = limits.chargeOf(request.sender);
    const refusal = charge.reserve(ONE_READ);
    reply.headers(charge.headers(ONE_READ));
    if (refusal === undefined) done(null, payload);
    else refuse(request, reply, refusal, logger);
  });
}

/**
 * A hook of `POST /ingest` that refuses a sender whose limit is spent, before anything else is asked of the request. It charges
 * nothing, as the request may still be refused for another reason.
 */
export function refuseSpentSenders(limits: RateLimits, metrics: IngestMetrics, logger: Logger): onRequestHookHandler {
  return (request, reply, done) => {
    const cost = declaredCost(request.headers);
    const charge = limits.chargeOf(request.sender);
    const refusal = charge.refusalOf(cost);
    if (refusal === undefined) return done();
    reply.headers(charge.headers(cost));
    metrics.refused(refusal.code);
    refuse(request, reply, refusal, logger);
  };
}

function refuse(request: FastifyRequest, reply: FastifyReply, refusal: ProblemError, logger: Logger): void {
  logger.debug({ requestId: request.id, code: refusal.code }, 'refused');
  sendProblem(reply, request, refusal);
}
