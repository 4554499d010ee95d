import type { IncomingMessage, Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { OtherMethods } from './http-app-methods.js';
import { NestLogger, type Logger } from './logging.js';
import { ProblemError } from './problem-error.js';
import { fastifyProblem, ProblemFilter, sendProblem } from './problem.filter.js';
import { followExchanges, passOverExpectations, refuseBrokenHttp } from './problem-on-socket.js';
import { ConnectionAnswers, ReadTurns } from './reads/index.js';
import { logRequests, requestIdOf } from './request-log.js';

export interface HttpOptions {
  /** Largest body that is read, in bytes. */
  maxBodyBytes: number;
  /** Whether requests come from a gateway of ours: then the id that it has given one is kept. */
  isForwarded?: boolean;
}

/** From the first byte of a request to its last; a device on a slow line sends a few kB. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the idle time of common load balancers (60 s), so that they close first and no request meets a closing socket. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
const MAX_CONNECTIONS = 20_000;
/** An id of 128 characters, each percent-encoded. */
const MAX_PARAM_LENGTH = 3 * 128;

@Module({})
class HttpAppModule {}

/** A Nest application on Fastify with our settings, problems and logs; it does not listen yet. */
export async function createHttpApp(
  module: DynamicModule | Type,
  logger: Logger,
  options: HttpOptions,
): Promise<NestFastifyApplication> {
  const adapter = fastifyAdapter(options);
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  const turns = { provide: ReadTurns, useValue: new ReadTurns() };
  const providers = [{ provide: OtherMethods, useValue: new OtherMethods(fastify) }, turns];
  const root = { module: HttpAppModule, global: true, imports: [module], providers, exports: [ReadTurns] };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const server = app.getHttpServer() as Server;
  server.maxConnections = MAX_CONNECTIONS;
  followExchanges(server);
  passOverExpectations(server);
  logRequests(fastify, logger);
  fastify.addHook('onRequest', (request, reply, done) => {
    forbidGuessing(reply);
    if (isHostless(request)) refuseHostless(request, reply);
    else done();
  });
  new ConnectionAnswers(turns.useValue).follow(fastify);
  app.useGlobalFilters(new ProblemFilter(logger));
  return app;
}

function fastifyAdapter({ maxBodyBytes, isForwarded = false }: HttpOptions): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    genReqId: (raw: IncomingMessage) => requestIdOf(raw, isForwarded),
    // While stopping, our own handlers answer: with a problem and Retry-After.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseBrokenHttp,
    // Node's own refusal has no body: see refuseHostless.
    http: { requireHostHeader: false },
    frameworkErrors: refuseUnrouted,
  });
}

/** RFC 9112, 3.2: without it, a proxy on the way may have sent the request elsewhere. */
function isHostless({ raw }: FastifyRequest): boolean {
  return raw.headers.host === undefined && raw.httpVersion === '1.1';
}

function refuseHostless(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('connection', 'close');
  sendProblem(reply, request, new ProblemError('bad-request', 'HTTP/1.1 asks for the header Host.'));
}

/** What the router refuses reaches neither a hook nor a filter. */
function refuseUnrouted(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  forbidGuessing(reply);
  sendProblem(reply, request, fastifyProblem(error) ?? new ProblemError('bad-request', 'The request is malformed.'));
}

/** A browser takes an answer for what its media type says, and for no page that somebody has hidden in a payload. */
function forbidGuessing(reply: FastifyReply): void {
  reply.header('x-content-type-options', 'nosniff');
}
