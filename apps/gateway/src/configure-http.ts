import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

/**
 * What a Nest module cannot set on its HTTP server. Call it once, before the application listens.
 *
 * - Fastify leaves every body unread, for the route to take: so a request can be refused before its body costs anything.
 * - Every answer names its request in `x-request-id`, as the log lines do.
 */
export function configureGatewayHttp(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _body, done) => done(null));
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
}
