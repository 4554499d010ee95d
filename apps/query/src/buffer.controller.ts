import { Controller, Get, Header, Inject, Query, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { BufferQueryDto } from '@sluice/contracts/dto';
import { answerInParts, ReadAdmission } from '@sluice/http';
import { BufferView } from './buffer-view.js';
import { readCursor } from './cursors.js';
import { EngineErrorFilter } from './engine-error.filter.js';
import { DescribesCheckBuffer } from './query-docs.js';
import { QueryPipe } from './query.pipe.js';
import { Reads } from './reads.js';

/** `GET /check-buffer`. */
@Controller('check-buffer')
@UseFilters(EngineErrorFilter)
export class BufferController {
  constructor(
    @Inject(BufferView) private readonly buffer: BufferView,
    @Inject(ReadAdmission) private readonly admission: ReadAdmission,
  ) {}

  @Get()
  @Reads('/check-buffer')
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'no-store')
  @DescribesCheckBuffer()
  async check(@Query(new QueryPipe(BufferQueryDto)) query: BufferQueryDto, @Res() reply: FastifyReply): Promise<void> {
    const { device_id: deviceId, limit } = query;
    const cursor = readCursor(query.cursor, 'buffer');
    const read = await this.admission.enter(reply);
    await answerInParts(reply, read, this.buffer.parts({ deviceId, limit, cursor }, read));
  }
}
