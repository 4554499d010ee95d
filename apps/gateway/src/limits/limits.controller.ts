import { Controller, Get, Inject, Query } from '@nestjs/common';
import { Clock } from '@sluice/async';
import { Access, refuseParameters } from '@sluice/http';
import { AccessGate, describeToken, type KnownToken, timeText } from '@sluice/ingest';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway-options.js';
import { IngestMetrics } from '../ingest/ingest-metrics.js';
import { limitsOf } from './limits-answer.js';
import { DescribesLimits, DescribesTokens } from './limits-docs.js';

/** `GET /limits` and `GET /tokens`: what is let in, how much of it, and who may send and read. Changes nothing. */
@Controller()
export class LimitsController {
  private readonly since: string;

  constructor(
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
    @Inject(IngestMetrics) private readonly metrics: IngestMetrics,
    @Inject(AccessGate) private readonly gate: AccessGate,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.since = clock.nowText();
  }

  @Get('limits')
  @Access('read-all')
  @DescribesLimits()
  async limits(@Query() query: object): Promise<object> {
    refuseParameters(query);
    return { limits: limitsOf(this.options), rejected: await this.metrics.rejectedByReason(), since: this.since };
  }

  @Get('tokens')
  @Access('operate')
  @DescribesTokens()
  async tokens(@Query() query: object): Promise<object> {
    refuseParameters(query);
    const { feed } = this.gate;
    if (feed === undefined) return { access: 'open', tokens: [] };
    const nowMs = this.clock.now();
    return { access: 'tokens', tokens: (await feed.list()).map((known) => tokenAnswer(known, nowMs)) };
  }
}

function tokenAnswer({ token, usedAtMs }: KnownToken, nowMs: number): object {
  const { state, ...described } = describeToken(token, nowMs);
  return { ...described, last_used_at: timeText(usedAtMs || undefined), state };
}
