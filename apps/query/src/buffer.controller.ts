import { Controller, Get, Header, Inject, Query, UseFilters } from '@nestjs/common';
import { BufferQueryDto, stringifyExact } from '#contracts';
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
  constructor(@Inject(BufferView) private readonly buffer: BufferView) {}

  @Get()
  @Reads('/check-buffer')
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'no-store')
  @DescribesCheckBuffer()
  async check(@Query(new QueryPipe(BufferQueryDto)) query: BufferQueryDto): Promise<string> {
    const { device_id: deviceId, limit, cursor } = query;
    return stringifyExact(await this.buffer.read({ deviceId, limit, cursor: readCursor(cursor, 'buffer') }));
  }
}
