import { Controller, Get, Headers, Inject, Query, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { COMPLETE_THROUGH_HEADER } from '@sluice/contracts';
import { ExportQueryDto } from '@sluice/contracts/dto';
import { answerInParts, ReadAdmission } from '@sluice/http';
import { EngineErrorFilter } from '../engine-error.filter.js';
import { QueryPipe } from '../query.pipe.js';
import { CompleteThrough } from '../reading/complete-through.js';
import { HeavyReads } from '../reading/heavy-reads.js';
import { Reads } from '../reads.js';
import { DescribesExport } from './export-docs.js';
import { exportRequest } from './export-request.js';
import { ExportView } from './export-view.js';

const MEDIA_TYPES = { ndjson: 'application/x-ndjson; charset=utf-8', csv: 'text/csv; charset=utf-8' };

/** `GET /export`. */
@Controller('export')
@UseFilters(EngineErrorFilter)
export class ExportController {
  constructor(
    @Inject(ExportView) private readonly view: ExportView,
    @Inject(HeavyReads) private readonly heavy: HeavyReads,
    @Inject(CompleteThrough) private readonly complete: CompleteThrough,
    @Inject(ReadAdmission) private readonly admission: ReadAdmission,
  ) {}

  @Get()
  @Reads('/export')
  @DescribesExport()
  async export(
    @Query(new QueryPipe(ExportQueryDto)) query: ExportQueryDto,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const request = exportRequest(query, accept);
    const heavy = await this.heavy.enter(reply);
    const through = await this.complete.text();
    const read = await this.admission.enter(reply);
    const parts = this.view.parts(request, read, heavy);
    void reply.header('cache-control', 'no-store').header('content-type', MEDIA_TYPES[request.format]);
    if (through !== null) void reply.header(COMPLETE_THROUGH_HEADER, through);
    await answerInParts(reply, read, parts);
  }
}
