import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { EventLog } from '@sluice/event-log';
import { type OpenStreams, pageHeaders } from '@sluice/http';
import { EVENT_STREAM_HEADERS } from '../event-stream/server-sent-event.js';
import { Reads } from '../reads.js';
import { type Asset, PAGE, readAsset, readPart, withNames } from './page-assets.js';
import { StatusFeed } from './status-feed.js';
import { STATUS_STREAMS } from './status-providers.js';

const HEADERS = { ...pageHeaders(), 'cache-control': 'no-cache' };

/** The status page at `/`, its parts and its samples. Made for people: the paths below `/status` may change with the page. */
@Controller()
@ApiExcludeController()
export class StatusPageController {
  constructor(
    @Inject(StatusFeed) private readonly feed: StatusFeed,
    @Inject(STATUS_STREAMS) private readonly streams: OpenStreams,
    @Inject(EventLog) private readonly log: EventLog,
  ) {}

  @Get()
  @Reads('/')
  async page(@Res() reply: FastifyReply): Promise<void> {
    sendAsset(await readAsset(PAGE), reply);
  }

  @Get('status/events')
  @Reads('/status/events')
  follow(@Res() reply: FastifyReply): void {
    this.streams.requirePlace(reply.request.client);
    reply.headers(EVENT_STREAM_HEADERS);
    this.streams.answer(reply, (end) => this.feed.events(end));
  }

  @Get('status/:part')
  @Reads('/status/:part')
  async part(@Param('part') name: string, @Res() reply: FastifyReply): Promise<void> {
    const part = await readPart(name);
    sendAsset(name.endsWith('.html') ? withNames(part, this.log.names) : part, reply);
  }
}

function sendAsset({ bytes, mediaType }: Asset, reply: FastifyReply): void {
  void reply.headers({ ...HEADERS, 'content-type': mediaType }).send(bytes);
}
