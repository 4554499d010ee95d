import { Controller, Get, Inject, Param, Query, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { readableDeviceIdProblem } from '@sluice/contracts';
import { LatestQueryDto, SeriesQueryDto } from '@sluice/contracts/dto';
import { invalidParameter, ReadAdmission } from '@sluice/http';
import { answerJson } from '../dead-letters/answer-json.js';
import { EngineErrorFilter } from '../engine-error.filter.js';
import { QueryPipe } from '../query.pipe.js';
import { Reads } from '../reads.js';
import { seriesRequest } from '../series/series-request.js';
import { SeriesView } from '../series/series-view.js';
import { DescribesLatest, DescribesSeries } from './data-docs.js';
import { HeavyReads } from './heavy-reads.js';
import { LatestView } from './latest-view.js';

/** `GET /records/{device_id}/latest` and `GET /records/{device_id}/series`. */
@Controller('records/:device_id')
@UseFilters(EngineErrorFilter)
export class DeviceController {
  constructor(
    @Inject(LatestView) private readonly records: LatestView,
    @Inject(SeriesView) private readonly view: SeriesView,
    @Inject(HeavyReads) private readonly heavy: HeavyReads,
    @Inject(ReadAdmission) private readonly admission: ReadAdmission,
  ) {}

  @Get('latest')
  @Reads('/records/:device_id/latest')
  @DescribesLatest()
  async latest(
    @Param('device_id') deviceId: string,
    @Query(new QueryPipe(LatestQueryDto)) query: LatestQueryDto,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    checkDeviceId(deviceId);
    (await answerJson(reply, this.admission, () => this.records.one(deviceId, query.max_ahead))).send();
  }

  @Get('series')
  @Reads('/records/:device_id/series')
  @DescribesSeries()
  async series(
    @Param('device_id') deviceId: string,
    @Query(new QueryPipe(SeriesQueryDto)) query: SeriesQueryDto,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    checkDeviceId(deviceId);
    const request = seriesRequest(deviceId, query);
    const heavy = await this.heavy.enter(reply);
    (await answerJson(reply, this.admission, () => this.view.series(request, heavy))).send();
  }
}

/** @throws ProblemError `invalid-parameter` that names the part of the path */
function checkDeviceId(deviceId: string): void {
  const problem = readableDeviceIdProblem(deviceId);
  if (problem !== undefined) throw invalidParameter([problem]);
}
