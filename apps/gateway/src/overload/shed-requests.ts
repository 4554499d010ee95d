import type { Socket } from 'node:net';
import type { onRequestHookHandler } from 'fastify';
import { sendProblem, type Logger } from '#runtime';
import type { IngestMetrics } from '../ingest-metrics.js';
import type { LoadShedding } from './load-shedding.js';

/** The shortest `Retry-After`: whoever obeys it does not notice that the connection rests. */
const REST_MS = 1000;

/**
 * Puts the decision before the body of each `POST /ingest`: what is refused here has cost its headers and nothing else.
 *
 * Then the connection is not read for a second. A refusal costs a part of what a request costs that is let in, so a client that
 * repeats at once would have the gateway do nothing but refuse.
 */
export function shedRequests(shedding: LoadShedding, metrics: IngestMetrics, logger: Logger): onRequestHookHandler {
  return (request, reply, done) => {
    const refusal = shedding.refusalOf(request.headers);
    if (refusal === undefined) return done();
    metrics.refused(refusal.code);
    logger.debug({ requestId: request.id, code: refusal.code }, 'refused');
    if (isAboutAll(refusal.code)) reply.raw.once('finish', () => setImmediate(rest, request.raw.socket));
    sendProblem(reply, request, refusal);
  };
}

/** Where background work alone is refused, its connection may bring what is urgent. */
function isAboutAll(code: string): boolean {
  return code !== 'buffer-behind';
}

/** Behind the end of the answer, after which Node reads on. */
function rest(socket: Socket): void {
  socket.pause();
  setTimeout(() => socket.resume(), REST_MS).unref();
}
