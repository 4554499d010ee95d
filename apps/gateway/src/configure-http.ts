import type { Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { LOGGER, type Logger } from '#runtime';
import { AccessGate } from './access/access-gate.js';
import { OPEN_ACCESS } from './access/access-options.js';
import { guardRequests } from './access/guard-requests.js';
import { TlsFront } from './access/tls-front.js';
import { GATEWAY_OPTIONS, type GatewayOptions } from './gateway-options.js';
import { IngestMetrics } from './ingest-metrics.js';
import { refuseOtherMethods } from './refuse-methods.js';

/**
 * What was published is answered before the server closes; so long after that, an answer may still be on its way out. Node would
 * wait much longer for connections on which no request was ever completed, and a stop with them.
 */
const CLOSE_GRACE_MS = 2_000;

/**
 * What a Nest module cannot set on its HTTP server. Call it once, before the application listens.
 *
 * - Fastify leaves every body unread, for the route to take: so a request can be refused before its body costs anything.
 * - Every answer names its request in `x-request-id`, as the log lines do.
 * - Where access is restricted, every request is looked at before it goes on; where it is open, there is nothing in the way.
 *
 * @returns what terminates TLS, where there are files for it
 * @throws TlsFileError
 */
export function configureGatewayHttp(app: NestFastifyApplication): TlsFront | undefined {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _body, done) => done(null));
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  fastify.addHook('preClose', (done) => {
    setTimeout(() => fastify.server.closeAllConnections(), CLOSE_GRACE_MS).unref();
    done();
  });
  refuseOtherMethods(fastify);
  restrictAccess(app, fastify);
  const options = { ...OPEN_ACCESS, ...app.get<GatewayOptions>(GATEWAY_OPTIONS, { strict: false }) };
  if (options.tlsCertFile === '') return undefined;
  return new TlsFront(app.getHttpServer() as Server, options, app.get<Logger>(LOGGER));
}

function restrictAccess(app: NestFastifyApplication, fastify: FastifyInstance): void {
  const gate = app.get(AccessGate, { strict: false });
  const metrics = app.get(IngestMetrics, { strict: false });
  if (!gate.isWideOpen) guardRequests(fastify, gate, app.get<Logger>(LOGGER), ({ code }) => metrics.refused(code));
}
