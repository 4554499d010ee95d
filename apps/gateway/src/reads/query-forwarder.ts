import type { Readable } from 'node:stream';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Pool, type Dispatcher } from 'undici';
import { CLIENT_HEADER, COMPLETE_THROUGH_HEADER, DEVICES_HEADER } from '@sluice/contracts';
import {
  ClientStreams,
  OpenStreams,
  pageHeaders,
  ProblemError,
  type Read,
  FORWARDING_LIMITS,
  ReadAdmission,
  type ReadLimits,
  streamOf,
} from '@sluice/http';
import { eventsUntil, untilAborted } from './forwarded-events.js';

/**
 * Longest wait for the query service to connect, to begin its answer, and between two parts of it. The query service gives up on an
 * engine after 10 s, and its answer then names the cause, which is more useful than a timeout here.
 */
const ANSWER_TIMEOUT_MS = 15_000;
/** One for each read in progress; the others wait for a slot. */
const MAX_CONNECTIONS = FORWARDING_LIMITS.maxUnderWay;
/** Longest silence of a stream. The query service gives a sign of life more often, unless it is waiting for the log. */
const STREAM_SILENCE_MS = 30_000;
/** The query service has its own limit, usually a lower one; this one is for many of them. */
const MAX_STREAMS = 1024;

/** Other request headers are not forwarded to the query service, and its other response headers are not forwarded to the client. */
const FORWARDED_REQUEST_HEADERS = ['accept', 'last-event-id', 'traceparent'] as const;
const FORWARDED_ANSWER_HEADERS = [
  ...['content-type', 'content-length', 'cache-control', 'retry-after', 'x-accel-buffering', COMPLETE_THROUGH_HEADER],
  ...Object.keys(pageHeaders()),
];

export interface ForwarderLimits {
  timeoutMs?: number;
  maxStreamsPerClient?: number;
  reads?: ReadLimits;
}

/** What is forwarded besides the path and some headers. */
interface Forwarded {
  /** Who has sent the request. */
  client?: string | undefined;
  /** The body. */
  json?: Buffer;
}

/** Hands reads to the query service and its answers back, unchanged. */
@Injectable()
export class QueryForwarder implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly pool: Pool;
  /** Streams hold their connection: they must not take those of the reads. */
  private readonly streamPool: Pool;
  private readonly streams: OpenStreams;
  readonly admission: ReadAdmission;

  /** @param queryUrl `http://host:port` */
  constructor(
    queryUrl: string,
    { timeoutMs = ANSWER_TIMEOUT_MS, maxStreamsPerClient, reads = FORWARDING_LIMITS }: ForwarderLimits = {},
  ) {
    this.streams = new OpenStreams(MAX_STREAMS, new ClientStreams(maxStreamsPerClient));
    this.admission = new ReadAdmission(reads);
    const timeouts = { connectTimeout: timeoutMs, headersTimeout: timeoutMs };
    this.pool = new Pool(queryUrl, { ...timeouts, connections: MAX_CONNECTIONS, bodyTimeout: timeoutMs });
    this.streamPool = new Pool(queryUrl, { ...timeouts, bodyTimeout: STREAM_SILENCE_MS });
  }

  /** @throws ProblemError `query-unavailable`, `overloaded`, `stopping` */
  async forward(request: FastifyRequest, reply: FastifyReply, more: Forwarded = {}): Promise<void> {
    const read = await this.admission.enter(reply);
    const { body, ...answer } = await this.ask(this.pool, request, reply, more);
    passHeadOn(answer, reply);
    if (request.method === 'HEAD') return void reply.send(body);
    const parts = streamOf(asTaken(body, read));
    // A stream that has never been read closes without notifying its source.
    void reply.send(parts.once('close', () => body.destroy()));
  }

  /**
   * The same for an endless answer: it ends when the client disconnects, when the query service ends it, and when this gateway
   * stops, so that the client continues elsewhere.
   *
   * @throws ProblemError `query-unavailable`, `too-many-streams`, `stopping`
   */
  async forwardStream(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    this.streams.requirePlace(request.client);
    const answer = await this.ask(this.streamPool, request, reply);
    passHeadOn(answer, reply);
    const parts = isEventStream(answer) ? eventsUntil : untilAborted;
    this.streams.answer(reply, (end) => parts(answer.body, end));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.streams.beforeApplicationShutdown(), this.admission.beforeApplicationShutdown()]);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.pool.destroy(), this.streamPool.destroy()]);
  }

  /** Aborted when the client disconnects. */
  private async ask(
    pool: Pool,
    request: FastifyRequest,
    { raw }: FastifyReply,
    { client, json }: Forwarded = {},
  ): Promise<Dispatcher.ResponseData> {
    const gone = new AbortController();
    raw.once('close', () => gone.abort());
    const headers: Record<string, string> = { 'x-request-id': request.id };
    for (const name of FORWARDED_REQUEST_HEADERS) {
      const value = request.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    // A name of a certificate may have characters that a header may not.
    if (client !== undefined) headers[CLIENT_HEADER] = encodeURIComponent(client);
    if (request.readable !== undefined) headers[DEVICES_HEADER] = encodeURIComponent(JSON.stringify(request.readable));
    if (json !== undefined) headers['content-type'] = 'application/json';
    const method = request.method as Dispatcher.HttpMethod;
    try {
      return await pool.request({
        method,
        path: pathOf(request),
        headers,
        signal: gone.signal,
        ...(json && { body: json }),
      });
    } catch {
      throw new ProblemError('query-unavailable', 'The query service does not answer; records are still accepted.');
    }
  }
}

/** The answer at the client's speed: back-pressure on the query service instead of memory in the gateway. */
async function* asTaken(body: Readable, read: Read): AsyncGenerator<Buffer> {
  for await (const part of body as AsyncIterable<Buffer>) {
    read.give(part.length);
    yield part;
  }
}

function passHeadOn(
  { statusCode, headers }: Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>,
  reply: FastifyReply,
): void {
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
