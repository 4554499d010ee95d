import { Inject, Module, type BeforeApplicationShutdown, type DynamicModule } from '@nestjs/common';
import { EventPublisher } from '@sluice/event-log';
import { Clock } from '@sluice/async';
import { LOGGER, type Logger } from '@sluice/observability';
import { AccessGate } from './access/access-gate.js';
import { accessProviders } from './access/access-providers.js';
import { Admission } from './admission.js';
import { endpointProviders } from './endpoints/endpoint-providers.js';
import { EndpointsController } from './endpoints/endpoints.controller.js';
import { GATEWAY_OPTIONS, type GatewayOptions } from './gateway-options.js';
import { IngestMetrics } from './ingest-metrics.js';
import { IngestController } from './ingest/ingest.controller.js';
import { IngestService } from './ingest/ingest.service.js';
import { LogReachability } from './log-reachability.js';
import { overloadProviders } from './overload/overload-providers.js';
import { forwarderProvider } from './reads/forwarder-provider.js';
import { ReadsController } from './reads/reads.controller.js';

/**
 * The way in: `POST /ingest`, where devices report (`GET /endpoints`), and the reads where a query service is named. Expects, from global modules, the providers
 * EventPublisher, Clock, Lifecycle and LOGGER; and {@link configureGatewayHttp} on the application.
 */
@Module({})
export class GatewayModule implements BeforeApplicationShutdown {
  constructor(
    @Inject(Admission) private readonly admission: Admission,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
  ) {}

  static forRoot(options: GatewayOptions): DynamicModule {
    const { queryUrl } = options;
    return {
      module: GatewayModule,
      controllers: [IngestController, EndpointsController, ...(queryUrl ? [ReadsController] : [])],
      providers: [
        { provide: GATEWAY_OPTIONS, useValue: options },
        {
          provide: Admission,
          inject: [EventPublisher],
          useFactory: (publisher: EventPublisher) => new Admission(options, () => publisher.load.oldestAgeMs),
        },
        {
          provide: LogReachability,
          inject: [Clock, LOGGER],
          useFactory: (clock: Clock, logger: Logger) => new LogReachability(clock, logger),
        },
        IngestMetrics,
        IngestService,
        ...accessProviders(options),
        ...endpointProviders(options),
        ...overloadProviders(options),
        ...(queryUrl ? [forwarderProvider(queryUrl)] : []),
      ],
      exports: [AccessGate, LogReachability],
    };
  }

  /** Requests that are under way get their answers; none is waited for longer than the log may take. */
  async beforeApplicationShutdown(): Promise<void> {
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, this.options.publishTimeoutMs);
    await Promise.race([this.admission.whenIdle(), deadline.promise]);
    clearTimeout(timer);
  }
}
