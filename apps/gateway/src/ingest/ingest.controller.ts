import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Lifecycle, LOGGER, ProblemError, type Logger } from '#runtime';
import { Admission, type Ticket } from '../admission.js';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway-options.js';
import { answerToMany, answerToOne, type Answer } from './answer.js';
import { mediaTypeOf, traceParentOf } from './content-headers.js';
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
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post()
  @DescribesIngest()
  async ingest(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    let ticket: Ticket | undefined;
    try {
      this.refuseWhileStopping(reply);
      ticket = this.admission.enter(Number(request.headers['content-length'] ?? 0));
      send(reply, await this.answer(request, ticket));
    } catch (error) {
      if (error instanceof ProblemError) this.logger.debug({ requestId: request.id, code: error.code }, 'refused');
      throw error;
    } finally {
      ticket?.close();
    }
  }

  private refuseWhileStopping(reply: FastifyReply): void {
    if (!this.lifecycle.isStopping) return;
    reply.header('connection', 'close');
    throw new ProblemError('stopping', 'The gateway is stopping; send the request again, on a new connection.');
  }

  private async answer({ raw }: FastifyRequest, ticket: Ticket): Promise<Answer> {
    const mediaType = mediaTypeOf(raw.headers);
    const idempotencyKey = idempotencyKeyOf(raw);
    const body = await readBody(raw, this.options, ticket);
    const maxRecords = this.options.maxRecordsPerRequest;
    const submission = readSubmission(body, { mediaType, maxRecords, idempotencyKey });
    const verdicts = await this.service.ingest(submission, traceParentOf(raw.headers['traceparent']));
    return submission.isBatch ? answerToMany(verdicts) : answerToOne(verdicts[0]!);
  }
}

function send(reply: FastifyReply, { status, body, retryAfterSeconds }: Answer): void {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  void reply.status(status).header('content-type', 'application/json; charset=utf-8').send(body);
}
