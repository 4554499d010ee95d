import type { FastifyInstance } from 'fastify';
import { sendProblem, type Logger } from '#runtime';
import type { IngestMetrics } from '../ingest-metrics.js';
import type { LoadShedding } from './load-shedding.js';

/** Puts the decision before the body of each `POST /ingest`: what is refused here has cost its headers and nothing else. */
export function shedRequests(
  fastify: FastifyInstance,
  shedding: LoadShedding,
  metrics: IngestMetrics,
  logger: Logger,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const refusal = request.routeOptions.url === '/ingest' ? shedding.refusalOf(request.headers) : undefined;
    if (refusal === undefined) return done();
    metrics.refused(refusal.code);
    logger.debug({ requestId: request.id, code: refusal.code }, 'refused');
    sendProblem(reply, request, refusal);
  });
}
