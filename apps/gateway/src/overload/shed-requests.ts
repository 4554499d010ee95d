import type { Socket } from 'node:net';
import type { onRequestHookHandler } from 'fastify';
import { sendProblem } from '@sluice/http';
import type { Logger } from '@sluice/observability';
import type { IngestMetrics } from '../ingest-metrics.js';
import type { LoadShedding } from './load-shedding.js';

/** The shortest `Retry-After`: whoever obeys it does not notice that the connection rests. */
const REST_MS = 1000;

/**
 * Puts the decision before the body of each `POST /ingest`: what is refused here has cost its headers and nothing else.
 *
 * Where the gateway has more to do than it can, the connection is then not read for a second: a refusal costs a part of what a
 * request costs that is let in, so a client that repeats at once would have the gateway do nothing but refuse.
 */
export function shedRequests(shedding: LoadShedding, metrics: IngestMetrics, logger: Logger): onRequestHookHandler {
  return (request, reply, done) => {
    const refusal = shedding.refusalOf(request.headers);
    if (refusal === undefined) return done();
    metrics.refused(refusal.code);
    logger.debug({ requestId: request.id, code: refusal.code }, 'refused');
    if (isForWork(refusal.code)) reply.raw.once('finish', () => setImmediate(rest, request.raw.socket));
    sendProblem(reply, request, refusal);
  };
}

/** For the other causes, the work of refusing takes nothing from what is let in. */
function isForWork(code: string): boolean {
  return code === 'gateway-busy' || code === 'publish-queue-full';
}

/** Behind the end of the answer, after which Node reads on. */
function rest(socket: Socket): void {
  socket.pause();
  setTimeout(() => socket.resume(), REST_MS).unref();
}
