import { Injectable, type BeforeApplicationShutdown, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Pool, type Dispatcher } from 'undici';
import { OpenStreams, pageHeaders, ProblemError } from '#runtime';
import { eventsUntil, untilAborted } from './forwarded-events.js';

/**
 * Longest wait for the query service to connect, to begin its answer, and between two parts of it. It gives an engine up after 10 s
 * and can say so then, which tells more than that it does not answer.
 */
const ANSWER_TIMEOUT_MS = 15_000;
const MAX_CONNECTIONS = 64;
/** The others wait for a connection. What waited behind more than these would be given up by whoever asked before its turn came. */
const MAX_READS = 256;
/** Longest silence of a stream. The query service gives a sign of life more often, unless it is waiting for the log. */
const STREAM_SILENCE_MS = 30_000;
/** The query service has a limit of its own, and usually a lower one; this one is for many of them. */
const MAX_STREAMS = 1024;

/** What else the client sent is no business of the query service, and what else that answers is none of the client. */
const FORWARDED_REQUEST_HEADERS = ['accept', 'last-event-id', 'traceparent'] as const;
const FORWARDED_ANSWER_HEADERS = [
  ...['content-type', 'content-length', 'cache-control', 'retry-after', 'x-accel-buffering'],
  ...Object.keys(pageHeaders()),
];

/** Hands reads to the query service and its answers back, unchanged. */
@Injectable()
export class QueryForwarder implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly pool: Pool;
  /** Streams hold their connection: they must not take those of the reads. */
  private readonly streamPool: Pool;
  private readonly streams = new OpenStreams(MAX_STREAMS);
  /** Under way: asked and not answered to the end. */
  private reads = 0;

  /** @param queryUrl `http://host:port` */
  constructor(queryUrl: string, timeoutMs = ANSWER_TIMEOUT_MS) {
    const timeouts = { connectTimeout: timeoutMs, headersTimeout: timeoutMs };
    this.pool = new Pool(queryUrl, { ...timeouts, connections: MAX_CONNECTIONS, bodyTimeout: timeoutMs });
    this.streamPool = new Pool(queryUrl, { ...timeouts, bodyTimeout: STREAM_SILENCE_MS });
  }

  /** @throws ProblemError `query-unavailable`, `overloaded` */
  async forward(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (this.reads >= MAX_READS) throw tooManyReads();
    this.reads++;
    reply.raw.once('close', () => this.reads--);
    const answer = await this.ask(this.pool, request);
    passHeadOn(answer, reply);
    void reply.send(answer.body);
  }

  /**
   * The same for an answer without an end: it ends when the client goes, when the query service ends it, and when this gateway
   * stops, so that the client goes on elsewhere.
   *
   * @throws ProblemError `query-unavailable`, `too-many-streams`, `stopping`
   */
  async forwardStream(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    this.streams.requirePlace();
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const answer = await this.ask(this.streamPool, request, { signal: gone.signal });
    passHeadOn(answer, reply);
    const parts = isEventStream(answer) ? eventsUntil : untilAborted;
    this.streams.answer(reply, (end) => parts(answer.body, end));
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.streams.beforeApplicationShutdown();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.pool.destroy(), this.streamPool.destroy()]);
  }

  private async ask(
    pool: Pool,
    request: FastifyRequest,
    options: { signal?: AbortSignal } = {},
  ): Promise<Dispatcher.ResponseData> {
    const headers: Record<string, string> = { 'x-request-id': request.id };
    for (const name of FORWARDED_REQUEST_HEADERS) {
      const value = request.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const method = request.method as Dispatcher.HttpMethod;
    try {
      return await pool.request({ method, path: pathOf(request), headers, ...options });
    } catch {
      throw new ProblemError(
        'query-unavailable',
        'The query service does not answer; records are taken in all the same.',
      );
    }
  }
}

function tooManyReads(): ProblemError {
  const detail = `${MAX_READS} reads are under way already; ask again later, or ask for less at one time.`;
  return new ProblemError('overloaded', detail, { retryAfterSeconds: 1 });
}

function passHeadOn({ statusCode, headers }: Dispatcher.ResponseData, reply: FastifyReply): void {
  reply.status(statusCode);
  for (const name of FORWARDED_ANSWER_HEADERS) {
    const value = headers[name];
    if (value !== undefined) reply.header(name, value);
  }
}

function isEventStream({ headers }: Dispatcher.ResponseData): boolean {
  return String(headers['content-type']).startsWith('text/event-stream');
}

/** Path and query string as the client wrote them. A client may write a whole address, also one without a path: that is `/`. */
function pathOf({ raw }: FastifyRequest): string {
  const path = raw.url!.replace(/^https?:\/\/[^/?]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}
