import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { QueryForwarder } from './query-forwarder.js';

/** What the query service shows on the gateway's address; HEAD comes with each. All other paths end here. */
const FORWARDED_PATHS = ['', 'status/:part', 'check-buffer', 'records', 'records/:device_id/:record_id'];
/** Those of them whose answers have no end. */
const FORWARDED_STREAMS = ['status/events', 'events/tail'];

/** The query service describes these paths. */
@Controller()
@ApiExcludeController()
export class ReadsController {
  constructor(@Inject(QueryForwarder) private readonly query: QueryForwarder) {}

  @Get(FORWARDED_PATHS)
  read(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.query.forward(request, reply);
  }

  @Get(FORWARDED_STREAMS)
  follow(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.query.forwardStream(request, reply);
  }
}
