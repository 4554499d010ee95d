import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '@sluice/http';
import { type Cost, declaredCost, Ingestion, listOf, type Submission, type Visit } from '@sluice/ingest';
import { Lifecycle } from '@sluice/process';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway-options.js';
import { Refusals } from '../refusals.js';
import { answerToMany, answerToOne, type Answer } from './answer.js';
import { IngestMetrics } from './ingest-metrics.js';
import { giveBack } from './body-memory.js';
import { readBody } from './read-body.js';
import { type HeadLimits, type IngestHead, readHead } from './read-head.js';

/** The units of the limits that count a request with records. */
const INGEST_UNITS: Cost = { records: 1, bytes: 0 };

/** What one route makes of a request. */
export interface ExchangeSteps {
  /** What the head says; left out: see {@link readHead}. */
  head?: () => IngestHead;
  /** The records of the body; `undefined` if they are to be ignored. @throws RefusedError, ProblemError */
  submission: (body: Buffer, head: IngestHead) => Promise<Submission | undefined> | Submission | undefined;
}

const IGNORED: Answer = { status: 200, body: '{"status":"ignored"}' };

/** One request with records: headers, admission, body, records, answer. The same for every route that accepts records. */
@Injectable()
export class IngestExchange {
  readonly limits: HeadLimits;

  constructor(
    @Inject(Ingestion) private readonly ingestion: Ingestion,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
    @Inject(IngestMetrics) private readonly metrics: IngestMetrics,
    @Inject(Refusals) private readonly refusals: Refusals,
  ) {
    this.limits = { maxBodyBytes: options.maxBodyBytes, allowedOrigins: new Set(listOf(options.corsOrigins)) };
  }

  async handle(request: FastifyRequest, reply: FastifyReply, steps: ExchangeSteps): Promise<void> {
    const charge = request.charge!;
    let visit: Visit | undefined;
    try {
      this.refuseWhileStopping(reply);
      const head = steps.head?.() ?? readHead(request, reply, this.limits);
      const leased = charge.prepare(declaredCost(request.arrival!));
      if (leased !== undefined) await leased;
      visit = this.ingestion.enter(request.arrival!, charge);
      const answer = await this.answer(request, head, visit, steps);
      reply.headers(charge.headers(INGEST_UNITS));
      send(reply, answer);
    } catch (error) {
      const thrown = this.refusals.thrown(request, error);
      visit?.fail(thrown instanceof ProblemError ? thrown.code : undefined, this.costOf(request, visit));
      reply.headers(charge.headers(INGEST_UNITS));
      throw thrown;
    } finally {
      visit?.close();
      charge.release();
    }
  }

  private refuseWhileStopping(reply: FastifyReply): void {
    if (!this.lifecycle.isStopping) return;
    reply.header('connection', 'close');
    throw new ProblemError('stopping', 'The gateway is stopping; send the request again, on a new connection.');
  }

  private async answer({ raw }: FastifyRequest, head: IngestHead, visit: Visit, steps: ExchangeSteps): Promise<Answer> {
    const body = head.hasBody === false ? NO_BODY : await readBody(raw, head.coding, this.options, visit.ticket);
    try {
      visit.ticket.begin();
      const submission = await steps.submission(body, head);
      if (submission === undefined) return this.ignored(visit, body);
      const verdicts = await this.metrics.inFlight(submission.records.length, visit.submit(submission, body.length));
      this.metrics.judged(verdicts);
      return submission.isBatch ? answerToMany(verdicts) : answerToOne(verdicts[0]!);
    } finally {
      giveBack(body);
    }
  }

  private ignored(visit: Visit, body: Buffer): Answer {
    visit.fail('wrong-shape', { records: 1, bytes: body.length });
    return IGNORED;
  }

  /** What has arrived of a request. */
  private costOf({ raw }: FastifyRequest, { ticket }: Visit): Cost {
    return { records: raw.complete ? 1 : 0, bytes: Math.min(ticket.bytes, this.options.maxInflatedBytes) };
  }
}

const NO_BODY = Buffer.alloc(0);

function send(reply: FastifyReply, { status, body, retryAfterSeconds }: Answer): void {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  void reply.status(status).header('content-type', 'application/json; charset=utf-8').send(body);
}
