import { Controller, Get, Inject, Options, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '@sluice/async';
import { Access, ProblemError } from '@sluice/http';
import { type Source, sourceSubmission, type Submission } from '@sluice/ingest';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway-options.js';
import { IngestExchange } from '../ingest/ingest-exchange.js';
import { IngestMetrics } from '../ingest/ingest-metrics.js';
import { type IngestHead, isOfOtherOrigin, readSourceHead } from '../ingest/read-head.js';
import { SourceFeed } from './source-feed.js';
import { sourceRequest } from './source-request.js';
import { DescribesHandshake, DescribesSource } from './sources-docs.js';

const TAKES_RECORDS = { charge: 'records', isShed: true, isTraced: true } as const;

/** `/ingest/from/{source}`: senders with another message format. */
@Controller('ingest/from')
export class SourcesController {
  private readonly readsNan: boolean;

  constructor(
    @Inject(IngestExchange) private readonly exchange: IngestExchange,
    @Inject(SourceFeed) private readonly feed: SourceFeed,
    @Inject(IngestMetrics) private readonly metrics: IngestMetrics,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(GATEWAY_OPTIONS) options: GatewayOptions,
  ) {
    this.readsNan = options.jsonNan === 'null';
  }

  @Post(':source')
  @Access('send', TAKES_RECORDS)
  @DescribesSource('Post')
  post(@Param('source') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.ingest(name, request, reply);
  }

  @Put(':source')
  @Access('send', TAKES_RECORDS)
  @DescribesSource('Put')
  put(@Param('source') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.ingest(name, request, reply);
  }

  @Get(':source')
  @Access('send', TAKES_RECORDS)
  @DescribesSource('Get')
  get(@Param('source') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.ingest(name, request, reply);
  }

  /** The handshake of CloudEvents webhooks: the sender asks for permission to deliver, before it sends a token. */
  @Options(':source')
  @Access('open')
  @DescribesHandshake()
  allow(@Param('source') name: string, @Req() { headers }: FastifyRequest, @Res() reply: FastifyReply): void {
    const source = this.sourceOf(name);
    const origin = headers['webhook-request-origin'];
    if (!source.hasHandshake || typeof origin !== 'string') {
      throw new ProblemError(
        'method-not-allowed',
        'OPTIONS is the handshake of CloudEvents: WebHook-Request-Origin is missing.',
      );
    }
    reply.header('webhook-allowed-origin', origin).header('webhook-allowed-rate', '*').header('allow', 'POST');
    void reply.status(200).send();
  }

  private ingest(name: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.exchange.handle(request, reply, {
      head: () => this.headOf(name, request, reply),
      submission: (body) => this.submission(name, request, body),
    });
  }

  /** A link or an image on any page makes a GET, which no other origin may do here. */
  private headOf(name: string, request: FastifyRequest, reply: FastifyReply): IngestHead {
    this.sourceOf(name);
    const { raw } = request;
    if (raw.method === 'HEAD') throw new ProblemError('method-not-allowed', 'This path allows only GET, POST and PUT.');
    const { limits } = this.exchange;
    if (raw.method === 'GET' && isOfOtherOrigin(raw, limits.allowedOrigins)) {
      throw new ProblemError('forbidden', 'A web page of another origin sent this; add its origin to CORS_ORIGINS.');
    }
    return readSourceHead(request, reply, limits);
  }

  private submission(name: string, { raw }: FastifyRequest, body: Buffer): Submission | undefined {
    const source = this.sourceOf(name);
    const request = sourceRequest(raw, body, { atMs: this.clock.now(), readsNan: this.readsNan });
    if (!source.matches(request)) {
      this.metrics.ignored(name);
      return undefined;
    }
    const bytes = raw.method === 'GET' ? Buffer.from(JSON.stringify(request.body)) : body;
    return sourceSubmission(source, source.read(request), bytes);
  }

  /** @throws ProblemError `not-found` */
  private sourceOf(name: string): Source {
    const source = this.feed.source(name);
    if (source !== undefined) return source;
    throw new ProblemError(
      'not-found',
      'There is no source with this name; SOURCES_FILE at the gateway defines the sources.',
    );
  }
}
