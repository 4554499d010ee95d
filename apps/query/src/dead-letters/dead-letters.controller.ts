import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '@sluice/async';
import { MAX_OPERATE_BODY_BYTES } from '@sluice/contracts';
import { Access, invalidParameter, ReadAdmission, readJsonBody, refuseParameters } from '@sluice/http';
import { Dispositions } from '@sluice/redrive';
import { EngineErrorFilter } from '../engine-error.filter.js';
import { HeavyReads } from '../reading/heavy-reads.js';
import { answerJson } from './answer-json.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { DeadLettersView } from './dead-letters-view.js';
import { lettersRequest, placeOf } from './letters-request.js';
import { DescribesDiscard, DescribesLetter, DescribesLetters, DescribesSummary } from './operate-docs.js';

const MAX_WHY_LENGTH = 1000;

/** `GET /dead-letters` and its sub-paths. */
@Controller('dead-letters')
@UseFilters(EngineErrorFilter)
export class DeadLettersController {
  constructor(
    @Inject(DeadLettersView) private readonly letters: DeadLettersView,
    @Inject(Dispositions) private readonly dispositions: Dispositions,
    @Inject(HeavyReads) private readonly heavy: HeavyReads,
    @Inject(ReadAdmission) private readonly admission: ReadAdmission,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  @Get()
  @Access('operate')
  @DescribesLetters()
  async list(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = lettersRequest(query);
    const page = await answerJson(reply, this.admission, () => this.heavy.search(() => this.letters.page(asked)));
    await this.audit.write(request, { action: 'dead-letters.list', count: page.value.letters.length });
    page.send();
  }

  @Get('summary')
  @Access('operate')
  @DescribesSummary()
  async summary(@Query() query: object, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    refuseParameters(query);
    const summary = await answerJson(reply, this.admission, () => this.heavy.search(() => this.letters.summary()));
    await this.audit.write(request, { action: 'dead-letters.summary' });
    summary.send();
  }

  @Get(':partition/:offset')
  @Access('operate')
  @DescribesLetter()
  async find(
    @Param('partition') partitionText: string,
    @Param('offset') offsetText: string,
    @Query() query: object,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    refuseParameters(query);
    const { partition, offset } = placeOf(partitionText, offsetText);
    await this.audit.write(request, { action: 'dead-letters.show', partition, offset });
    (await answerJson(reply, this.admission, () => this.letters.one(partition, offset))).send();
  }

  /** The first decision about a letter stays: discarding one again, or one that was redriven, returns that one. */
  @Post(':partition/:offset/discard')
  @HttpCode(200)
  @Access('operate')
  @DescribesDiscard()
  async discard(
    @Param('partition') partitionText: string,
    @Param('offset') offsetText: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const place = placeOf(partitionText, offsetText);
    const why = whyIn(await readJsonBody(request, MAX_OPERATE_BODY_BYTES));
    await this.letters.letterAt(place.partition, place.offset);
    const by = await this.audit.write(request, { action: 'dead-letters.discard', ...place, why });
    const disposition = { kind: 'discarded' as const, why, at: this.clock.nowText(), by };
    await this.dispositions.add([{ place, disposition }]);
    const decided = async () => ({ ...place, disposition: await this.dispositions.of(place) });
    (await answerJson(reply, this.admission, decided)).send();
  }
}

/** @throws ProblemError `invalid-parameter` */
function whyIn(body: unknown): string {
  const { why, ...rest } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw invalidParameter([{ pointer: `/${unknown}`, code: 'unknown-field', detail: 'This member is not known.' }]);
  }
  if (typeof why === 'string' && why.trim() !== '' && why.length <= MAX_WHY_LENGTH) return why;
  const detail = `why must be a text of 1 to ${MAX_WHY_LENGTH} characters with the reason.`;
  throw invalidParameter([{ pointer: '/why', code: 'value', detail }]);
}
