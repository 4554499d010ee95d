import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access, ProblemError } from '@sluice/http';
import { type Cost, Ingestion, listOf, readSubmission, type SubmissionOptions, type Visit } from '@sluice/ingest';
import { Lifecycle } from '@sluice/process';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway-options.js';
import { Refusals } from '../refusals.js';
import { answerToMany, answerToOne, type Answer } from './answer.js';
import { DescribesIngest } from './ingest-docs.js';
import { IngestMetrics } from './ingest-metrics.js';
import { type HeadLimits, type IngestHead, readBody, readHead } from './read-request.js';

/** The units of the limits that count a request of this path. */
const INGEST_UNITS: Cost = { records: 1, bytes: 0 };

/** `POST /ingest`. It reads the request and writes the answer itself: Nest's pipes would be the largest cost of a record. */
@Controller('ingest')
export class IngestController {
  private readonly headLimits: HeadLimits;
  /** How records are read from a body, whatever its type. */
  private readonly reading: Omit<SubmissionOptions, 'mediaType'>;

  constructor(
    @Inject(Ingestion) private readonly ingestion: Ingestion,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
    @Inject(IngestMetrics) private readonly metrics: IngestMetrics,
    @Inject(Refusals) private readonly refusals: Refusals,
  ) {
    const { maxBodyBytes, corsOrigins, maxPayloadDepth, maxPayloadBytes, maxPayloadValues, jsonNan } = options;
    this.headLimits = { maxBodyBytes, allowedOrigins: new Set(listOf(corsOrigins)) };
    const limits = { maxDepth: maxPayloadDepth, maxBytes: maxPayloadBytes, maxValues: maxPayloadValues };
    this.reading = { maxRecords: options.maxRecordsPerRequest, limits, nanAsNull: jsonNan === 'null' };
  }

  @Post()
  @Access('send', { crossOrigin: 'POST', charge: 'records', isShed: true, isTraced: true })
  @DescribesIngest()
  async ingest(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const charge = request.charge!;
    let visit: Visit | undefined;
    try {
      this.refuseWhileStopping(reply);
      const head = readHead(request, reply, this.headLimits);
      visit = this.ingestion.enter(request.arrival!, charge);
      const answer = await this.answer(request, head, visit);
      reply.headers(charge.headers(INGEST_UNITS));
      send(reply, answer);
    } catch (error) {
      const thrown = this.refusals.thrown(request, error);
      visit?.fail(thrown instanceof ProblemError ? thrown.code : undefined, this.costOf(request, visit));
      reply.headers(charge.headers(INGEST_UNITS));
      throw thrown;
    } finally {
      visit?.close();
    }
  }

  private refuseWhileStopping(reply: FastifyReply): void {
    if (!this.lifecycle.isStopping) return;
    reply.header('connection', 'close');
    throw new ProblemError('stopping', 'The gateway is stopping; send the request again, on a new connection.');
  }

  private async answer({ raw }: FastifyRequest, head: IngestHead, visit: Visit): Promise<Answer> {
    const { mediaType, idempotencyKey, coding } = head;
    const body = await readBody(raw, coding, this.options, visit.ticket);
    visit.ticket.begin();
    const submission = await readSubmission(body, { ...this.reading, mediaType, idempotencyKey });
    const verdicts = await this.metrics.inFlight(submission.records.length, visit.submit(submission, body.length));
    this.metrics.judged(verdicts);
    return submission.isBatch ? answerToMany(verdicts) : answerToOne(verdicts[0]!);
  }

  /** What has arrived of a request. */
  private costOf({ raw }: FastifyRequest, { ticket }: Visit): Cost {
    return { records: raw.complete ? 1 : 0, bytes: Math.min(ticket.bytes, this.options.maxInflatedBytes) };
  }
}

function send(reply: FastifyReply, { status, body, retryAfterSeconds }: Answer): void {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  void reply.status(status).header('content-type', 'application/json; charset=utf-8').send(body);
}
