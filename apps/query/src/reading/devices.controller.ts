import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MAX_READ_BODY_BYTES } from '@sluice/contracts';
import { DevicesQueryDto } from '@sluice/contracts/dto';
import { ReadAdmission, readJsonBody, refuseParameters } from '@sluice/http';
import { invalidCursor, readCursor } from '../cursors.js';
import { answerJson } from '../dead-letters/answer-json.js';
import { EngineErrorFilter } from '../engine-error.filter.js';
import { QueryPipe } from '../query.pipe.js';
import { Reads } from '../reads.js';
import { DescribesDevices, DescribesLatestOfMany } from './data-docs.js';
import { DevicesView } from './devices-view.js';
import { latestRequest } from './latest-request.js';
import { LatestView } from './latest-view.js';
import { DeviceAccess } from './readable-devices.js';

/** `GET /devices` and `POST /latest`: limited to the devices that the sender may read. */
@Controller()
@UseFilters(EngineErrorFilter)
export class DevicesController {
  constructor(
    @Inject(DevicesView) private readonly devices: DevicesView,
    @Inject(LatestView) private readonly latest: LatestView,
    @Inject(DeviceAccess) private readonly access: DeviceAccess,
    @Inject(ReadAdmission) private readonly admission: ReadAdmission,
  ) {}

  @Get('devices')
  @Reads('/devices')
  @DescribesDevices()
  async page(
    @Query(new QueryPipe(DevicesQueryDto)) query: DevicesQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { prefix, limit } = query;
    const after = readCursor(query.cursor, 'devices')?.afterDevice;
    if (after !== undefined && !after.startsWith(prefix)) throw invalidCursor();
    const readable = this.access.of(request);
    const page = () => this.devices.page({ prefix, limit, after }, readable);
    (await answerJson(reply, this.admission, page)).send();
  }

  @Post('latest')
  @HttpCode(200)
  @Reads('/latest')
  @DescribesLatestOfMany()
  async many(@Query() query: object, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    refuseParameters(query);
    const body = await readJsonBody(request, MAX_READ_BODY_BYTES);
    const { device_ids, max_ahead } = latestRequest(body, this.access.of(request));
    (await answerJson(reply, this.admission, () => this.latest.many(device_ids, max_ahead))).send();
  }
}
