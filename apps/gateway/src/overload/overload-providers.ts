import type { Provider } from '@nestjs/common';
import { EVENTS_TOPIC, STORE_GROUP } from '@sluice/contracts';
import { EventLog, EventPublisher } from '@sluice/event-log';
import { Clock } from '@sluice/async';
import { LOGGER, type Logger } from '@sluice/observability';
import { Admission } from '../admission.js';
import { EventLoopTicks } from './event-loop-ticks.js';
import { LagWatch } from './lag-watch.js';
import { LoadShedding } from './load-shedding.js';
import type { OverloadOptions } from './overload.settings.js';
import { SheddingLog } from './shedding-log.js';

/** What the gateway module provides to shed load. Nothing asks the log for its positions unless a limit of the lag is set. */
export function overloadProviders(options: OverloadOptions): Provider[] {
  return [
    {
      provide: LagWatch,
      inject: [Clock, LOGGER, { token: EventLog, optional: true }],
      useFactory: (clock: Clock, logger: Logger, log?: EventLog) =>
        new LagWatch(options, asksForLag(options) ? log?.inspect(WORKER) : undefined, clock, logger),
    },
    {
      provide: LoadShedding,
      inject: [Admission, EventPublisher, LagWatch, Clock, LOGGER],
      useFactory: (
        admission: Admission,
        publisher: EventPublisher,
        watch: LagWatch,
        ...[clock, logger]: [Clock, Logger]
      ) => new LoadShedding(options, admission, publisher, watch, new SheddingLog(clock, logger)),
    },
    {
      provide: EventLoopTicks,
      inject: [LoadShedding],
      useFactory: (shedding: LoadShedding) => new EventLoopTicks((delayMs) => shedding.observe(delayMs)),
    },
  ];
}

const WORKER = { group: STORE_GROUP, topic: EVENTS_TOPIC };

function asksForLag(options: OverloadOptions): boolean {
  const { backgroundMaxLagRecords, backgroundMaxLagSeconds, maxLagRecords, maxLagSeconds } = options;
  return backgroundMaxLagRecords + backgroundMaxLagSeconds + maxLagRecords + maxLagSeconds > 0;
}
