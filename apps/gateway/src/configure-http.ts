import type { Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { ReadTurns } from '@sluice/http';
import { LOGGER, Tracing, type Logger } from '@sluice/observability';
import { AccessGate } from './access/access-gate.js';
import { countReads, refuseSpentSenders } from './access/count-requests.js';
import { guardRequests } from './access/guard-requests.js';
import { RateLimits } from './access/rate-limits.js';
import { TlsFront } from './access/tls-front.js';
import { Admission } from './admission.js';
import { beforeIngest } from './before-ingest.js';
import { allowOrigins } from './cross-origin/cross-origin.js';
import { announceDraining } from './endpoints/announce-draining.js';
import { EndpointDirectory } from './endpoints/endpoint-directory.js';
import { GATEWAY_OPTIONS, type GatewayOptions } from './gateway-options.js';
import { IngestMetrics } from './ingest-metrics.js';
import { LoadShedding } from './overload/load-shedding.js';
import { shedRequests } from './overload/shed-requests.js';
import { nameClients } from './reads/name-clients.js';
import { followTraces } from './tracing/follow-traces.js';

/**
 * What was published is answered before the server closes; so long after that, an answer may still be on its way out. Node would
 * wait much longer for connections on which no request was ever completed, and a stop with them.
 */
const CLOSE_GRACE_MS = 2_000;

/**
 * What a Nest module cannot set on its HTTP server. Call it once, before the application listens.
 *
 * - Fastify leaves every body unread, for the route to take: so a request can be refused before its body costs anything.
 * - Every answer names its request in `x-request-id`, as the log lines do; they name its trace as well, where it has one.
 * - Pages of the origins that are allowed get their preflights answered, before anything else is asked.
 * - Where access is restricted, every request is looked at before it goes on; where it is open, there is nothing in the way.
 * - Whoever has spent a limit is refused by its headers, and then what there is no room for. A limit is charged only when nothing
 *   else speaks against the request.
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
  followTraces(fastify, app.get(Tracing, { strict: false }));
  fastify.addHook('preClose', (done) => {
    setTimeout(() => fastify.server.closeAllConnections(), CLOSE_GRACE_MS).unref();
    done();
  });
  const options = app.get<GatewayOptions>(GATEWAY_OPTIONS, { strict: false });
  if (options.corsOrigins) allowOrigins(fastify, options.corsOrigins);
  restrictAccess(app, fastify);
  nameClients(fastify, options);
  putIngestFirst(app);
  beforeIngest(
    fastify,
    ...limitsOf(app),
    announceDraining(app.get(EndpointDirectory, { strict: false })),
    sheddingOf(app),
  );
  if (options.tlsCertFile === '') return undefined;
  const front = new TlsFront(app.getHttpServer() as Server, options, app.get<Logger>(LOGGER));
  front.onChange(() => app.get(AccessGate, { strict: false }).open.recheck());
  return front;
}

function restrictAccess(app: NestFastifyApplication, fastify: FastifyInstance): void {
  const gate = app.get(AccessGate, { strict: false });
  const metrics = app.get(IngestMetrics, { strict: false });
  const logger = app.get<Logger>(LOGGER);
  if (!gate.isWideOpen) guardRequests(fastify, gate, logger, ({ code }) => metrics.refused(code));
  countReads(fastify, app.get(RateLimits, { strict: false }), logger);
}

function limitsOf(app: NestFastifyApplication): onRequestHookHandler[] {
  const [limits, metrics] = [app.get(RateLimits, { strict: false }), app.get(IngestMetrics, { strict: false })];
  return limits.countSenders ? [refuseSpentSenders(limits, metrics, app.get<Logger>(LOGGER))] : [];
}

function putIngestFirst(app: NestFastifyApplication): void {
  const admission = app.get(Admission, { strict: false });
  app.get(ReadTurns, { strict: false }).yieldTo(() => admission.hasWork);
}

function sheddingOf(app: NestFastifyApplication): onRequestHookHandler {
  const [shedding, metrics] = [app.get(LoadShedding, { strict: false }), app.get(IngestMetrics, { strict: false })];
  return shedRequests(shedding, metrics, app.get<Logger>(LOGGER));
}
