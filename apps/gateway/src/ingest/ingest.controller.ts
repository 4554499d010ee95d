import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Lifecycle, LOGGER, ProblemError, type Logger } from '#runtime';
import { RateLimits } from '../access/rate-limits.js';
import { Admission, type Ticket } from '../admission.js';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway-options.js';
import { IngestMetrics } from '../ingest-metrics.js';
import { answerToMany, answerToOne, type Answer } from './answer.js';
import { mediaTypeOf } from './content-headers.js';
import { idempotencyKeyOf } from './idempotency-key.js';
import { DescribesIngest } from './ingest-docs.js';
import { IngestService } from './ingest.service.js';
import { readBody } from './read-body.js';
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
  @DescribesIngest()
  async ingest(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    let ticket: Ticket | undefined;
    try {
      this.refuseWhileStopping(reply);
      refuseFaultyFraming(request, reply);
      ticket = this.admission.enter(request.headers);
      send(reply, await this.answer(request, ticket));
    } catch (error) {
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

  private async answer({ raw, sender, trace }: FastifyRequest, ticket: Ticket): Promise<Answer> {
    const mediaType = mediaTypeOf(raw.headers);
    const idempotencyKey = idempotencyKeyOf(raw);
    const body = await readBody(raw, this.options, ticket);
    ticket.begin();
    // The gate has let one record and the declared bytes pay already.
    if (sender)
      this.limits.pay(sender, { records: 0, bytes: body.length - Number(raw.headers['content-length'] ?? 0) });
    const maxRecords = this.options.maxRecordsPerRequest;
    const submission = await readSubmission(body, { mediaType, maxRecords, idempotencyKey });
    if (sender) this.limits.pay(sender, { records: submission.records.length - 1, bytes: 0 });
    const judging = this.service.ingest(submission, { sender, trace });
    const verdicts = await this.metrics.inFlight(submission.records.length, judging);
    this.metrics.judged(verdicts);
    return submission.isBatch ? answerToMany(verdicts) : answerToOne(verdicts[0]!);
  }
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
