import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type OpenStreams, ReadAdmission, refuseParameters } from '@sluice/http';
import { answerJson } from '../dead-letters/answer-json.js';
import { EVENT_STREAM_HEADERS } from '../event-stream/server-sent-event.js';
import { Reads } from '../reads.js';
import { historyAnswer, historySince } from './history-answer.js';
import { DescribesHistory, DescribesStatus, DescribesStatusEvents } from './status-docs.js';
import { StatusFeed } from './status-feed.js';
import { StatusHistory } from './status-history.js';
import { STATUS_STREAMS } from './status-providers.js';

/** `GET /status` and its sub-paths: the state of the whole system, now and over the last hour. */
@Controller('status')
export class StatusController {
  constructor(
    @Inject(StatusFeed) private readonly feed: StatusFeed,
    @Inject(StatusHistory) private readonly history: StatusHistory,
    @Inject(STATUS_STREAMS) private readonly streams: OpenStreams,
    @Inject(ReadAdmission) private readonly admission: ReadAdmission,
  ) {}

  @Get()
  @Reads('/status')
  @DescribesStatus()
  async status(@Query() query: object, @Res() reply: FastifyReply): Promise<void> {
    refuseParameters(query);
    (await answerJson(reply, this.admission, () => this.feed.current())).send();
  }

  @Get('events')
  @Reads('/status/events')
  @DescribesStatusEvents()
  follow(@Query() query: object, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    refuseParameters(query);
    this.streams.requirePlace(request.client);
    reply.headers(EVENT_STREAM_HEADERS);
    this.streams.answer(reply, (end) => this.feed.events(end));
  }

  @Get('history')
  @Reads('/status/history')
  @DescribesHistory()
  async lastHour(@Query() query: Record<string, unknown>, @Res() reply: FastifyReply): Promise<void> {
    const sinceMs = historySince(query);
    (await answerJson(reply, this.admission, async () => historyAnswer(this.history, sinceMs))).send();
  }
}
