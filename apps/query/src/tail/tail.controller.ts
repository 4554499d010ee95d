import { Controller, Get, Headers, Inject, Query, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { TailQueryDto } from '@sluice/contracts/dto';
import { EngineErrorFilter } from '../engine-error.filter.js';
import type { OpenStreams } from '@sluice/http';
import { EVENT_STREAM_HEADERS } from '../event-stream/server-sent-event.js';
import { QueryPipe } from '../query.pipe.js';
import { Reads } from '../reads.js';
import { DescribesTail } from './tail-docs.js';
import { tailFrom } from './tail-start.js';
import { Tail } from './tail.js';
import { TAIL_STREAMS } from './tail-providers.js';

/** `GET /events/tail`. */
@Controller('events/tail')
@UseFilters(EngineErrorFilter)
export class TailController {
  constructor(
    @Inject(Tail) private readonly tail: Tail,
    @Inject(TAIL_STREAMS) private readonly streams: OpenStreams,
  ) {}

  @Get()
  @Reads('/events/tail')
  @DescribesTail()
  async follow(
    @Query(new QueryPipe(TailQueryDto)) query: TailQueryDto,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.streams.requirePlace(reply.request.client);
    const reader = await this.tail.begin({ from: tailFrom(query.from, lastEventId), deviceId: query.device_id });
    reply.headers(EVENT_STREAM_HEADERS);
    this.streams.answer(reply, (end) => this.tail.events(reader, end));
  }
}
