import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access, ProblemError } from '@sluice/http';
import { LOGGER, type Logger } from '@sluice/observability';
import { Lifecycle } from '@sluice/process';
import { declaredCost } from '../access/count-requests.js';
import { RateLimits, type Charge, type Cost } from '../access/rate-limits.js';
import { Admission, type Ticket } from '../admission.js';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway-options.js';
import { IngestMetrics } from '../ingest-metrics.js';
import { answerToMany, answerToOne, type Answer } from './answer.js';
import { mediaTypeOf, type ContentCoding, type MediaType } from './content-headers.js';
import { idempotencyKeyOf } from './idempotency-key.js';
import { DescribesIngest } from './ingest-docs.js';
import { IngestService } from './ingest.service.js';
import { bodyCodingOf, readBody } from './read-body.js';
import { readSubmission } from './read-submission.js';

/** `POST /ingest`. It reads the request and writes the answer itself: Nest's pipes would be the largest cost of a record. */
@Controller('ingest')
export class IngestController {
  constructor(
    @Inject(IngestService) private readonly service: IngestService,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
    @Inject(IngestMetrics) private readonly metrics: IngestMetrics,
    @Inject(RateLimits) private readonly limits: RateLimits,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post()
  @Access('send', { crossOrigin: 'POST' })
  @DescribesIngest()
  async ingest(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const charge = this.limits.chargeOf(request.sender);
    let ticket: Ticket | undefined;
    try {
      this.refuseWhileStopping(reply);
      const head = this.readHead(request, reply);
      ticket = this.admission.enter(request.headers);
      const answer = await this.answer(request, head, ticket, charge);
      reply.headers(charge.headers(INGEST_UNITS));
      send(reply, answer);
    } catch (error) {
      charge.close(this.costOfRefused(request, error, ticket));
      reply.headers(charge.headers(INGEST_UNITS));
      if (error instanceof ProblemError) this.refused(request, error);
      throw error;
    } finally {
      ticket?.close();
    }
  }

  private refused({ id }: FastifyRequest, { code }: ProblemError): void {
    this.metrics.refused(code);
    this.logger.debug({ requestId: id, code }, 'refused');
  }

  private refuseWhileStopping(reply: FastifyReply): void {
    if (!this.lifecycle.isStopping) return;
    reply.header('connection', 'close');
    throw new ProblemError('stopping', 'The gateway is stopping; send the request again, on a new connection.');
  }

  /** Everything that can be refused before the request is charged and its body is read. */
  private readHead(request: FastifyRequest, reply: FastifyReply): IngestHead {
    refuseFaultyFraming(request, reply);
    const { raw } = request;
    const [mediaType, idempotencyKey] = [mediaTypeOf(raw.headers), idempotencyKeyOf(raw)];
    return { mediaType, idempotencyKey, coding: bodyCodingOf(raw.headers, this.options) };
  }

  private async answer(
    { raw, sender, trace }: FastifyRequest,
    { mediaType, idempotencyKey, coding }: IngestHead,
    ticket: Ticket,
    charge: Charge,
  ): Promise<Answer> {
    orThrow(charge.reserve(declaredCost(raw.headers)));
    const body = await readBody(raw, coding, this.options, ticket);
    ticket.begin();
    const maxRecords = this.options.maxRecordsPerRequest;
    const submission = await readSubmission(body, { mediaType, maxRecords, idempotencyKey });
    orThrow(charge.settle({ records: submission.records.length, bytes: body.length }));
    const judging = this.service.ingest(submission, { sender, trace });
    const verdicts = await this.metrics.inFlight(submission.records.length, judging);
    this.metrics.judged(verdicts);
    return submission.isBatch ? answerToMany(verdicts) : answerToOne(verdicts[0]!);
  }

  /** What has arrived is charged; what was refused for lack of room, or failed here, costs nothing. */
  private costOfRefused({ raw }: FastifyRequest, error: unknown, ticket: Ticket | undefined): Cost {
    if (!(error instanceof ProblemError) || error.status >= 500) return {};
    const bytes = Math.min(ticket?.bytes ?? 0, this.options.maxInflatedBytes);
    return { records: raw.complete ? 1 : 0, bytes };
  }
}

/** The units of the limits that count a request of this path. */
const INGEST_UNITS: Cost = { records: 1, bytes: 0 };

interface IngestHead {
  mediaType: MediaType;
  idempotencyKey: string | undefined;
  coding: ContentCoding;
}

function orThrow(refusal: ProblemError | undefined): void {
  if (refusal !== undefined) throw refusal;
}

/** RFC 9112, 6.1: HTTP/1.0 knows no chunks, so a proxy on the way may have seen another end of this request. */
function refuseFaultyFraming({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (raw.httpVersionMinor !== 0 || raw.headers['transfer-encoding'] === undefined) return;
  reply.header('connection', 'close');
  throw new ProblemError('bad-request', 'HTTP/1.0 has no Transfer-Encoding; send HTTP/1.1, or a Content-Length.');
}

function send(reply: FastifyReply, { status, body, retryAfterSeconds }: Answer): void {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  void reply.status(status).header('content-type', 'application/json; charset=utf-8').send(body);
}
