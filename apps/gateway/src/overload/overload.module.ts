import {
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Clock } from '@sluice/async';
import { type BufferInspector, EventLog, EventPublisher } from '@sluice/event-log';
import { Admission, EventLoopTicks, LagWatch, limitsLag, LoadShedding } from '@sluice/ingest';
import { LOGGER, type Logger } from '@sluice/observability';
import type { GatewayOptions } from '../gateway-options.js';

/** How much work the gateway accepts at one time, and when it sheds load. */
@Module({})
export class OverloadModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(LagWatch) private readonly watch: LagWatch,
    @Inject(EventLoopTicks) private readonly ticks: EventLoopTicks,
  ) {}

  /** The offsets of the event log are requested only if a lag limit is set. */
  static forRoot(options: GatewayOptions): DynamicModule {
    return {
      module: OverloadModule,
      providers: [
        {
          provide: Admission,
          inject: [EventPublisher],
          useFactory: (publisher: EventPublisher) => new Admission(options, () => publisher.load.oldestAgeMs),
        },
        {
          provide: LagWatch,
          inject: [Clock, LOGGER, { token: EventLog, optional: true }],
          useFactory: (clock: Clock, logger: Logger, log?: EventLog) =>
            new LagWatch(options, limitsLag(options) && log ? inspectWorker(log) : undefined, clock, logger),
        },
        {
          provide: LoadShedding,
          inject: [Admission, EventPublisher, LagWatch, Clock, LOGGER],
          useFactory: (...parts: [Admission, EventPublisher, LagWatch, Clock, Logger]) =>
            new LoadShedding(options, ...parts),
        },
        {
          provide: EventLoopTicks,
          inject: [LoadShedding, Admission],
          useFactory: (shedding: LoadShedding, admission: Admission) =>
            new EventLoopTicks(
              (delayMs) => shedding.observe(delayMs),
              () => admission.giveUpSlowBodies(),
            ),
        },
      ],
      exports: [Admission, LoadShedding],
    };
  }

  onApplicationBootstrap(): void {
    this.watch.start();
    this.ticks.start();
  }

  onApplicationShutdown(): void {
    this.watch.stop();
    this.ticks.stop();
  }
}

function inspectWorker(log: EventLog): BufferInspector {
  return log.inspect({ group: log.names.storeGroup, topic: log.names.events });
}
