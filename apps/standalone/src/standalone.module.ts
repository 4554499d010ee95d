import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { BatchTransport } from '@sluice/batch-transport';
import { BufferWorkerModule, bufferWorkerHealth, bufferWorkerOptions } from '@sluice/buffer-worker';
import { HealthModule, RuntimeModule, type HealthChecks } from '@sluice/process';
import {
  EventLogModule,
  eventLogOptions,
  RecordStoreModule,
  recordStoreOptions,
  retentionOptions,
} from '@sluice/engines';
import { EventLog } from '@sluice/event-log';
import { AccessGate, GatewayModule, gatewayHealth, LogReachability } from '@sluice/gateway';
import { QueryModule, queryHealth } from '@sluice/query';
import { RecordStore } from '@sluice/record-store';
import { Clock } from '@sluice/async';
import { MetricsModule } from '@sluice/http';
import {
  createRegistry,
  logLine,
  measureDisks,
  openTracing,
  tracingOptions,
  watchAppends,
  type Logger,
} from '@sluice/observability';
import type { Registry } from 'prom-client';
import type { StandaloneConfig } from './settings.js';
import { measureEventLog } from './event-log-metrics.js';

const APP = 'standalone';

/** The three feature modules in one process, over one log and one store. */
@Module({})
export class StandaloneModule {
  static async forRoot(config: StandaloneConfig, logger: Logger): Promise<DynamicModule> {
    const registry = createRegistry();
    const tracing = await openTracing(tracingOptions(config, APP), logger, registry);
    measureDisks(registry, { event_log: config.eventLogUrl, record_store: config.recordStoreUrl });
    const gateway = GatewayModule.forRoot(config);
    const worker = BufferWorkerModule.forRoot(bufferWorkerOptions(config));
    return {
      module: StandaloneModule,
      providers: [eventLogMetrics(registry)],
      imports: [
        RuntimeModule.forRoot(logger, tracing),
        MetricsModule.forRoot(registry, { event_log: EventLog, record_store: RecordStore }),
        EventLogModule.forRoot({
          ...eventLogOptions(config, APP),
          ...retentionOptions(config),
          log: logLine(logger),
          onAppend: watchAppends(registry, tracing),
        }),
        RecordStoreModule.forRoot({ ...recordStoreOptions(config, APP), log: logLine(logger) }),
        gateway,
        QueryModule.forRoot(),
        worker,
        HealthModule.forRoot({
          imports: [gateway, worker],
          inject: [EventLog, RecordStore, BatchTransport, AccessGate, LogReachability],
          useFactory: standaloneHealth,
        }),
      ],
    };
  }
}

function eventLogMetrics(registry: Registry): FactoryProvider {
  return {
    provide: Symbol('EventLogMetrics'),
    inject: [EventLog, Clock],
    useFactory: (log: EventLog, clock: Clock) => measureEventLog(registry, log, clock),
  };
}

/** Ready means that records are taken in, as for a gateway of its own: a store that is away for a while is not shown here. */
function standaloneHealth(
  log: EventLog,
  store: RecordStore,
  transport: BatchTransport,
  gate: AccessGate,
  reachability: LogReachability,
): HealthChecks {
  const gateway = gatewayHealth(log, gate, reachability);
  const parts = [gateway, queryHealth(store), bufferWorkerHealth(transport)];
  return { live: parts.flatMap(({ live }) => live), ready: gateway.ready };
}
