import { Controller, Get, Header, Inject, Param, Query, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { readableDeviceIdProblem, readableRecordIdProblem, stringifyExact } from '@sluice/contracts';
import { RecordsQueryDto } from '@sluice/contracts/dto';
import { answerInParts, invalidParameter, ReadAdmission, refuseParameters } from '@sluice/http';
import { EngineErrorFilter } from './engine-error.filter.js';
import { DescribesRecord, DescribesRecords } from './query-docs.js';
import { LocatedView } from './located-view.js';
import { QueryPipe } from './query.pipe.js';
import { CompleteThrough } from './reading/complete-through.js';
import { recordsRequest } from './records-request.js';
import { Reads } from './reads.js';
import { RecordsView } from './records-view.js';
import { RecordLocator } from './record-locator.js';

/** `GET /records` and `GET /records/{device_id}/{record_id}`. */
@Controller('records')
@UseFilters(EngineErrorFilter)
export class RecordsController {
  constructor(
    @Inject(RecordsView) private readonly records: RecordsView,
    @Inject(LocatedView) private readonly located: LocatedView,
    @Inject(CompleteThrough) private readonly complete: CompleteThrough,
    @Inject(RecordLocator) private readonly locator: RecordLocator,
    @Inject(ReadAdmission) private readonly admission: ReadAdmission,
  ) {}

  @Get()
  @Reads('/records')
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'no-store')
  @DescribesRecords()
  async page(@Query(new QueryPipe(RecordsQueryDto)) query: RecordsQueryDto, @Res() reply: FastifyReply): Promise<void> {
    const request = recordsRequest(query);
    const read = await this.admission.enter(reply);
    const parts = 'state' in request ? this.located.parts(request, read) : this.records.parts(request, read);
    await answerInParts(reply, read, parts);
  }

  @Get(':device_id/:record_id')
  @Reads('/records/:device_id/:record_id')
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'no-store')
  @DescribesRecord()
  async find(
    @Param('device_id') deviceId: string,
    @Param('record_id') recordId: string,
    @Query() query: object,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    refuseParameters(query);
    checkIds(deviceId, recordId);
    const read = await this.admission.enter(reply);
    const complete_through = await this.complete.text();
    const answer = await read.step(() => this.locator.find(deviceId, recordId));
    const bytes = Buffer.from(stringifyExact({ ...answer, complete_through }));
    read.give(bytes.length);
    void reply.send(bytes);
  }
}

/** @throws ProblemError `invalid-parameter` that names the part of the path */
function checkIds(deviceId: string, recordId: string): void {
  const problems = [readableDeviceIdProblem(deviceId), readableRecordIdProblem(recordId)];
  const errors = problems.filter((problem) => problem !== undefined);
  if (errors.length > 0) throw invalidParameter(errors);
}
