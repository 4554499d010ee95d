import { Controller, Get, Header, Inject, Param, Query, UseFilters } from '@nestjs/common';
import { deviceIdProblem, recordIdProblem, RecordsQueryDto, stringifyExact } from '#contracts';
import { EngineErrorFilter } from './engine-error.filter.js';
import { DescribesRecord, DescribesRecords } from './query-docs.js';
import { invalidParameter, QueryPipe, refuseParameters } from './query.pipe.js';
import { recordsRequest } from './records-request.js';
import { Reads } from './reads.js';
import { RecordsView } from './records-view.js';
import { Whereabouts } from './whereabouts.js';

/** `GET /records` and `GET /records/{device_id}/{record_id}`. */
@Controller('records')
@UseFilters(EngineErrorFilter)
export class RecordsController {
  constructor(
    @Inject(RecordsView) private readonly records: RecordsView,
    @Inject(Whereabouts) private readonly whereabouts: Whereabouts,
  ) {}

  @Get()
  @Reads('/records')
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'no-store')
  @DescribesRecords()
  page(@Query(new QueryPipe(RecordsQueryDto)) query: RecordsQueryDto): Promise<string> {
    return this.records.page(recordsRequest(query));
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
  ): Promise<string> {
    refuseParameters(query);
    checkIds(deviceId, recordId);
    return stringifyExact(await this.whereabouts.find(deviceId, recordId));
  }
}

/** @throws ProblemError `invalid-parameter` that names the part of the path */
function checkIds(deviceId: string, recordId: string): void {
  const errors = [deviceIdProblem(deviceId), recordIdProblem(recordId)].filter((problem) => problem !== undefined);
  if (errors.length > 0) throw invalidParameter(errors);
}
