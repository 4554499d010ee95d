import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mayIngestFor, mayNotIngestFor } from '@sluice/ingest';
import { EndpointsQueryDto, parseQuery } from '@sluice/contracts/dto';
import { Access, ProblemError } from '@sluice/http';
import { problemErrorOf } from '../refusals.js';
import { EndpointDirectory } from './endpoint-directory.js';
import { DescribesEndpoints } from './endpoints-docs.js';

/** `GET /endpoints`: where a device reports. Clients that may send for the device may call it. */
@Controller('endpoints')
export class EndpointsController {
  constructor(@Inject(EndpointDirectory) private readonly directory: EndpointDirectory) {}

  @Get()
  @Access('send', { crossOrigin: 'GET, HEAD' })
  @DescribesEndpoints()
  find(@Req() { query, headers, sender }: FastifyRequest, @Res() reply: FastifyReply): void {
    const deviceId = deviceIdOf(query as object);
    if (sender?.principal !== undefined && !mayIngestFor(sender.principal, deviceId)) {
      throw problemErrorOf(mayNotIngestFor(sender.principal, deviceId));
    }
    const answer = this.directory.answerTo(deviceId, headers.host);
    const etag = `"${answer.version}-${answer.ttl_seconds}"`;
    reply.headers({ etag, 'cache-control': `private, max-age=${answer.ttl_seconds}` });
    if (matches(headers['if-none-match'], etag)) void reply.status(304).send();
    else void reply.send(answer);
  }
}

/** @throws ProblemError `invalid-parameter` that names the parameter */
function deviceIdOf(query: object): string {
  const parsed = parseQuery(EndpointsQueryDto, query);
  if (parsed.ok) return parsed.value.device_id;
  const places = parsed.errors.map(({ pointer }) => pointer).join(', ');
  throw new ProblemError('invalid-parameter', `Correct these parameters: ${places}.`, { errors: parsed.errors });
}

/** RFC 9110, 13.1.2: by weak comparison, since a proxy that compresses may have weakened it. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  const given = ifNoneMatch?.split(',').map((each) => each.trim().replace(/^W\//, '')) ?? [];
  return given.includes(etag) || given.includes('*');
}
