import type { FastifyInstance } from 'fastify';
import type { EndpointDirectory } from './endpoint-directory.js';

/** A device that sees it asks for its list again, and has moved before the endpoint refuses it. */
export const DRAINING_HEADER = 'endpoint-draining';

/** Answers to records say so when the endpoint at which they came in drains. */
export function announceDraining(fastify: FastifyInstance, directory: EndpointDirectory): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const isAnnounced = request.routeOptions.url === '/ingest' && directory.isDrainingAt(request.headers.host);
    if (isAnnounced) reply.header(DRAINING_HEADER, 'true');
    done();
  });
}
