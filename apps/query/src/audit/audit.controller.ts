import { Controller, Get, Inject, Query, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access, ReadAdmission } from '@sluice/http';
import { answerJson } from '../dead-letters/answer-json.js';
import { EngineErrorFilter } from '../engine-error.filter.js';
import { HeavyReads } from '../reading/heavy-reads.js';
import { DescribesAudit } from './audit-docs.js';
import { auditRequest } from './audit-request.js';
import { AuditTrail } from './audit-trail.js';
import { AuditView } from './audit-view.js';

/** `GET /audit`. Reading it is a use of the scope `operate` as well, and is in the next answer. */
@Controller('audit')
@UseFilters(EngineErrorFilter)
export class AuditController {
  constructor(
    @Inject(AuditView) private readonly view: AuditView,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(HeavyReads) private readonly heavy: HeavyReads,
    @Inject(ReadAdmission) private readonly admission: ReadAdmission,
  ) {}

  @Get()
  @Access('operate')
  @DescribesAudit()
  async list(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = auditRequest(query);
    const page = await answerJson(reply, this.admission, () => this.heavy.search(() => this.view.page(asked)));
    await this.audit.write(request, { action: 'audit.list', count: page.value.entries.length });
    page.send();
  }
}
