import { Inject, Module, type BeforeApplicationShutdown, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { Clock } from '@sluice/async';
import { EventPublisher } from '@sluice/event-log';
import { ReadTurns } from '@sluice/http';
import { Admission, Ingestion, LoadShedding, LogReachability, RateLimits } from '@sluice/ingest';
import { LOGGER, type Logger } from '@sluice/observability';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway-options.js';
import { Refusals } from '../refusals.js';
import { SchemaFeed } from '../schemas/schema-feed.js';
import { IngestExchange } from './ingest-exchange.js';
import { IngestMetrics } from './ingest-metrics.js';
import { IngestController } from './ingest.controller.js';
import { reportRules } from './ingest.settings.js';

/** `POST /ingest` over the ingest core. */
@Module({})
export class IngestModule implements OnModuleInit, BeforeApplicationShutdown {
  constructor(
    @Inject(Admission) private readonly admission: Admission,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
    @Inject(ReadTurns) private readonly turns: ReadTurns,
  ) {}

  /** @param features the modules that provide Admission, LoadShedding, RateLimits and SchemaFeed */
  static forRoot(options: GatewayOptions, features: DynamicModule[]): DynamicModule {
    const rules = reportRules(options);
    return {
      module: IngestModule,
      imports: features,
      controllers: [IngestController],
      providers: [
        { provide: GATEWAY_OPTIONS, useValue: options },
        {
          provide: LogReachability,
          inject: [Clock, LOGGER],
          useFactory: (clock: Clock, logger: Logger) => new LogReachability(clock, logger),
        },
        {
          provide: Ingestion,
          inject: [
            ...[Admission, LoadShedding, RateLimits, EventPublisher, LogReachability, Clock],
            { token: SchemaFeed, optional: true },
          ],
          useFactory: (
            ...[admission, shedding, limits, publisher, reachability, clock, schemas]: [
              Admission,
              LoadShedding,
              RateLimits,
              EventPublisher,
              LogReachability,
              Clock,
              SchemaFeed | undefined,
            ]
          ) => new Ingestion({ admission, shedding, limits, publisher, reachability, clock, rules, schemas }),
        },
        IngestMetrics,
        IngestExchange,
        Refusals,
      ],
      exports: [GATEWAY_OPTIONS, IngestExchange, IngestMetrics, LogReachability, Refusals],
    };
  }

  /** Reads use the time that ingest leaves. */
  onModuleInit(): void {
    this.turns.yieldTo(() => this.admission.hasWork);
  }

  /** Requests in progress get their answers, but a shutdown waits at most as long as a publish may take. */
  async beforeApplicationShutdown(): Promise<void> {
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, this.options.publishTimeoutMs);
    await Promise.race([this.admission.whenIdle(), deadline.promise]);
    clearTimeout(timer);
  }
}
