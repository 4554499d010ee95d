import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Pool, type Dispatcher } from 'undici';
import { ProblemError } from '#runtime';

/** Longest wait for the query service to connect, to begin its answer, and between two parts of it. */
const ANSWER_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 64;

/** What else the client sent is no business of the query service, and what else that answers is none of the client. */
const FORWARDED_REQUEST_HEADERS = ['accept', 'traceparent'] as const;
const FORWARDED_ANSWER_HEADERS = ['content-type', 'content-length', 'cache-control', 'retry-after'] as const;

/** Hands reads to the query service and its answers back, unchanged. */
@Injectable()
export class QueryForwarder implements OnApplicationShutdown {
  private readonly pool: Pool;

  /** @param queryUrl `http://host:port` */
  constructor(queryUrl: string, timeoutMs = ANSWER_TIMEOUT_MS) {
    this.pool = new Pool(queryUrl, {
      connections: MAX_CONNECTIONS,
      connectTimeout: timeoutMs,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  }

  /** @throws ProblemError `query-unavailable` */
  async forward(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const answer = await this.ask(request);
    for (const name of FORWARDED_ANSWER_HEADERS) {
      const value = answer.headers[name];
      if (value !== undefined) reply.header(name, value);
    }
    void reply.status(answer.statusCode).send(answer.body);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }

  private async ask(request: FastifyRequest): Promise<Dispatcher.ResponseData> {
    const headers: Record<string, string> = { 'x-request-id': request.id };
    for (const name of FORWARDED_REQUEST_HEADERS) {
      const value = request.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const method = request.method as Dispatcher.HttpMethod;
    try {
      return await this.pool.request({ method, path: pathOf(request), headers });
    } catch {
      throw new ProblemError(
        'query-unavailable',
        'The query service does not answer; records are taken in all the same.',
      );
    }
  }
}

/** Path and query string as the client wrote them. A client may write a whole address: its host says nothing. */
function pathOf({ raw }: FastifyRequest): string {
  return raw.url!.replace(/^https?:\/\/[^/?]*/i, '');
}
