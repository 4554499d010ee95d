import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { problemOf, type ProblemCode } from '#contracts';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestLogger, type Logger } from './logging.js';
import { ProblemError } from './problem-error.js';
import { fastifyProblem, PROBLEM_CONTENT_TYPE, ProblemFilter, sendProblem } from './problem.filter.js';

export interface HttpOptions {
  /** Largest body that is read, in bytes. */
  maxBodyBytes: number;
}

/** From the first byte of a request to its last; a device on a slow line sends a few kB. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the idle time of common load balancers (60 s), so that they close first and no request meets a closing socket. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
const MAX_CONNECTIONS = 20_000;
/** An id of 128 characters, each percent-encoded. */
const MAX_PARAM_LENGTH = 3 * 128;

/** A Nest application on Fastify with our settings, problems and logs; it does not listen yet. */
export async function createHttpApp(
  module: DynamicModule | Type,
  logger: Logger,
  { maxBodyBytes }: HttpOptions,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    genReqId: () => randomUUID(),
    // While stopping, our own handlers answer: with a problem and Retry-After.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler,
    // What the router refuses never reaches a filter.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(
        reply,
        request,
        fastifyProblem(error) ?? new ProblemError('bad-request', 'The request is malformed.'),
      ),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.getHttpServer().maxConnections = MAX_CONNECTIONS;
  app.useGlobalFilters(new ProblemFilter(logger));
  return app;
}

const CLIENT_ERRORS: Readonly<Record<string, [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'The headers are larger than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time.'],
};

/** What is no HTTP never becomes a request: answered on the bare socket. */
function clientErrorHandler(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = problemOf(
    ...(CLIENT_ERRORS[error.code ?? ''] ?? (['bad-request', 'This is not valid HTTP/1.1.'] as const)),
  );
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
