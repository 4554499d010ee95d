import type { IncomingMessage, Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Module, type DynamicModule, type NestApplicationOptions, type Type } from '@nestjs/common';
import { type HostOptions, HostRule, requireOneHost } from './hosts.js';
import { OtherMethods } from './http-app-methods.js';
import { NestLogger, type Logger } from '@sluice/observability';
import { ProblemError } from './problem-error.js';
import { fastifyProblem, ProblemFilter, sendProblem } from './problem.filter.js';
import { followExchanges, isHandshake, passOverExpectations, refuseBrokenHttp } from './problem-on-socket.js';
import { ConnectionAnswers } from './reads/connection-answers.js';
import { ReadTurns } from './reads/read-turns.js';
import { logRequests, requestIdOf } from './request-log.js';

export interface HttpOptions extends HostOptions {
  /** Largest body that is read, in bytes. */
  maxBodyBytes: number;
  /** Whether requests come from our gateway: then the request id that it has assigned is kept. */
  isForwarded?: boolean;
  /** From the first byte of a request to its last, in milliseconds; left out: 30 s. */
  requestTimeoutMs?: number;
}

/** A device on a slow line sends a few kB in this time. */
const REQUEST_TIMEOUT_MS = 30_000;
/**
 * How often Node looks for requests that have taken too long, so how much later than their time they are answered 408. Its own 30 s
 * would make that up to twice the time. Only requests that are in progress are looked at, the oldest first.
 */
const CHECK_INTERVAL_MS = 2_000;
/** Longer than the idle time of common load balancers (60 s), so that they close first and no request meets a closing socket. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
const MAX_CONNECTIONS = 20_000;
/** An id of 128 characters, each percent-encoded. */
const MAX_PARAM_LENGTH = 3 * 128;

/** Makes the application from its root module; suites give one that overrides providers. */
export type AppFactory = (
  root: DynamicModule,
  adapter: FastifyAdapter,
  options: NestApplicationOptions,
) => Promise<NestFastifyApplication>;

@Module({})
class HttpAppModule {}

/** A Nest application on Fastify with our settings, problems and logs; it does not listen yet. */
export async function createHttpApp(
  module: DynamicModule | Type,
  logger: Logger,
  options: HttpOptions,
  create: AppFactory = (...parts) => NestFactory.create<NestFastifyApplication>(...parts),
): Promise<NestFastifyApplication> {
  const adapter = fastifyAdapter(options, logger);
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  const turns = { provide: ReadTurns, useValue: new ReadTurns() };
  const providers = [{ provide: OtherMethods, useValue: new OtherMethods(fastify) }, turns];
  const root = { module: HttpAppModule, global: true, imports: [module], providers, exports: [ReadTurns] };
  const app = await create(root, adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const server = app.getHttpServer() as Server;
  server.maxConnections = MAX_CONNECTIONS;
  // Else a primary that hands out connections would offer one that is too many to each process, again and again.
  // In Node since 22.12, and not in its types yet.
  Object.assign(server, { dropMaxConnection: true });
  followExchanges(server);
  passOverExpectations(server);
  logRequests(fastify, logger);
  requireOurHost(fastify, new HostRule(options));
  new ConnectionAnswers(turns.useValue).follow(fastify);
  app.useGlobalFilters(new ProblemFilter(logger));
  return app;
}

function fastifyAdapter(options: HttpOptions, logger: Logger): FastifyAdapter {
  const { maxBodyBytes, isForwarded = false, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  return new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // Some senders add a slash to every address.
    rewriteUrl: ({ url = '/' }) => (url.startsWith('/ingest/') ? url.replace(/^\/ingest\/(?=$|\?)/, '/ingest') : url),
    genReqId: (raw: IncomingMessage) => requestIdOf(raw, isForwarded),
    // While stopping, our own handlers answer: with a problem and Retry-After.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: brokenHttpHandler(logger),
    http: {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, requestTimeoutMs),
      // Node's own refusal has no body: see requireOneHost.
      requireHostHeader: false,
    },
    frameworkErrors: refuseUnrouted,
  });
}

/** A client that speaks TLS cannot read the answer, and its user sees only that the connection fails: so the log says it, once. */
function brokenHttpHandler(logger: Logger): typeof refuseBrokenHttp {
  let isLogged = false;
  return (error, socket) => {
    if (!isLogged && isHandshake(error)) {
      isLogged = true;
      logger.warn(
        { address: socket.remoteAddress },
        'HTTPS was sent to this port, which takes plain HTTP: use http://',
      );
    }
    refuseBrokenHttp(error, socket);
  };
}

function requireOurHost(fastify: FastifyInstance, rule: HostRule): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    forbidGuessing(reply);
    try {
      requireOneHost(request);
      rule.check(request);
      done();
    } catch (error) {
      if (!(error instanceof ProblemError)) return done(error as Error);
      // Further bytes on a connection whose requests can be read in two ways cannot be trusted.
      if (error.code === 'bad-request') reply.header('connection', 'close');
      sendProblem(reply, request, error);
    }
  });
}

/** What the router refuses reaches neither a hook nor a filter. */
function refuseUnrouted(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  forbidGuessing(reply);
  sendProblem(reply, request, fastifyProblem(error) ?? new ProblemError('bad-request', 'The request is malformed.'));
}

/** A browser treats an answer as its media type says, and never as a page that a sender has hidden in a payload. */
function forbidGuessing(reply: FastifyReply): void {
  reply.header('x-content-type-options', 'nosniff');
}
