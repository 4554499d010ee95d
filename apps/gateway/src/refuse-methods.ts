import type { FastifyInstance, HTTPMethods } from 'fastify';
import { ProblemError, sendProblem } from '#runtime';

const READS = ['/check-buffer', '/records', '/records/:device_id/:record_id'];
const METHODS: readonly HTTPMethods[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** Answers what a known path cannot do with 405 and what it can: a 404 would send people looking for another address. */
export function refuseOtherMethods(fastify: FastifyInstance): void {
  refuseAllBut(fastify, '/ingest', ['POST']);
  for (const path of READS) refuseAllBut(fastify, path, ['GET', 'HEAD']);
}

function refuseAllBut(fastify: FastifyInstance, url: string, allowed: readonly HTTPMethods[]): void {
  const method = METHODS.filter((name) => !allowed.includes(name));
  const allow = allowed.join(', ');
  fastify.route({
    method,
    url,
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      // Reads are served where there is something to read from.
      if (!fastify.hasRoute({ url, method: allowed[0]! })) {
        return sendProblem(reply, request, new ProblemError('not-found', 'No such path; /docs lists the paths.'));
      }
      reply.header('allow', allow);
      sendProblem(reply, request, new ProblemError('method-not-allowed', `This path takes ${allow} only.`));
      return reply;
    },
  });
}
