import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError, sendProblem } from '@sluice/http';
import type { Logger } from '@sluice/observability';
import type { AccessGate } from './access-gate.js';

/**
 * Puts the gate before every path of the server, those of other modules and unknown ones as well.
 *
 * @param refused hears of every request that does not go on
 */
export function guardRequests(
  fastify: FastifyInstance,
  gate: AccessGate,
  logger: Logger,
  refused: (error: ProblemError) => void,
): void {
  fastify.decorateRequest('sender');
  fastify.decorateRequest('onAccessEnd', function (this: FastifyRequest, listener: (reason: string) => void) {
    return gate.watch(this, listener);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    try {
      gate.admit(request);
      done();
    } catch (error) {
      if (!(error instanceof ProblemError)) return done(error as Error);
      logger.debug({ requestId: request.id, code: error.code }, 'refused');
      if (request.routeOptions.url === '/ingest') refused(error);
      if (error.code === 'unauthorized') reply.header('www-authenticate', 'Bearer');
      // Another request on this connection would show the same certificate.
      if (gate.refusesCertificateOf(request)) reply.header('connection', 'close');
      sendProblem(reply, request, error);
    }
  });
}
