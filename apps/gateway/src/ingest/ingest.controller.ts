import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '@sluice/http';
import { readSubmission, type SubmissionOptions } from '@sluice/ingest';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway-options.js';
import { DescribesIngest } from './ingest-docs.js';
import { IngestExchange } from './ingest-exchange.js';
import { reportRules } from './ingest.settings.js';

/** `POST /ingest`. It reads the request and writes the answer itself: Nest's pipes would be the largest cost of a record. */
@Controller('ingest')
export class IngestController {
  /** How records are read from a body, whatever its type. */
  private readonly reading: Omit<SubmissionOptions, 'mediaType'>;

  constructor(
    @Inject(IngestExchange) private readonly exchange: IngestExchange,
    @Inject(GATEWAY_OPTIONS) options: GatewayOptions,
  ) {
    const { limits } = reportRules(options);
    this.reading = { maxRecords: options.maxRecordsPerRequest, limits, nanAsNull: options.jsonNan === 'null' };
  }

  @Post()
  @Access('send', { crossOrigin: 'POST', charge: 'records', isShed: true, isTraced: true })
  @DescribesIngest()
  ingest(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.exchange.handle(request, reply, {
      submission: (body, { mediaType, idempotencyKey }) =>
        readSubmission(body, { ...this.reading, mediaType, idempotencyKey }),
    });
  }
}
