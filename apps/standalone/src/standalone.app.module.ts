import { Module, type DynamicModule, type FactoryProvider, type Provider } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { ARCHIVE_GROUP, archiverOptions } from '@sluice/archive';
import { ArchiverModule } from '@sluice/archiver';
import { Clock } from '@sluice/async';
import { BatchTransport } from '@sluice/batch-transport';
import { BufferWorkerModule, bufferWorkerHealth, bufferWorkerOptions } from '@sluice/buffer-worker';
import { eventLogOptions, openTokenStore, recordStoreOptions, retentionOptions } from '@sluice/engines';
import { EventLog } from '@sluice/event-log';
import { AccessGate, GatewayModule, gatewayHealth, LogReachability } from '@sluice/gateway';
import { measureDisks } from '@sluice/observability';
import { type HealthChecks, HealthModule, type Service, ServiceModule } from '@sluice/process';
import { completeOptions, QueryModule, queryHealth } from '@sluice/query';
import { RecordStore, TokenStore } from '@sluice/record-store';
import { BackupSocket, SOCKET_DIRECTORY } from './backup-socket.js';
import { measureEventLog } from './event-log-metrics.js';
import type { StandaloneConfig } from './settings.js';

const APP = 'standalone';

/** The three feature modules in one process, over one log and one store; and the archiver if an archive is configured. */
@Module({})
export class StandaloneAppModule {
  static forRoot(config: StandaloneConfig, service: Service): DynamicModule {
    const { registry } = service;
    measureDisks(registry, { event_log: config.eventLogUrl, record_store: config.recordStoreUrl });
    const gateway = GatewayModule.forRoot(config);
    const worker = BufferWorkerModule.forRoot(bufferWorkerOptions(config));
    return {
      module: StandaloneAppModule,
      providers: [eventLogMetrics(registry), ...backupProviders(config)],
      imports: [
        ServiceModule.forRoot(service, {
          eventLog: {
            ...eventLogOptions(config, APP),
            ...retentionOptions(config, hasArchive(config) ? [] : [ARCHIVE_GROUP]),
          },
          publishes: true,
          recordStore: recordStoreOptions(config, APP),
          tlsCertFile: config.tlsCertFile,
        }),
        gateway,
        QueryModule.forRoot({
          lag: config,
          complete: completeOptions(config),
          ...(isFile(config) && { owner: APP }),
        }),
        worker,
        ...(hasArchive(config) ? [ArchiverModule.forRoot(archiverOptions(config))] : []),
        HealthModule.forRoot({
          imports: [gateway, worker],
          inject: [EventLog, RecordStore, BatchTransport, AccessGate, LogReachability],
          useFactory: standaloneHealth,
        }),
      ],
    };
  }
}

function backupProviders(config: StandaloneConfig): Provider[] {
  return [
    { provide: SOCKET_DIRECTORY, useValue: config.dataDir },
    { provide: TokenStore, useFactory: () => openTokenStore(recordStoreOptions(config, APP)) },
    BackupSocket,
  ];
}

function eventLogMetrics(registry: Registry): FactoryProvider {
  return {
    provide: Symbol('EventLogMetrics'),
    inject: [EventLog, Clock],
    useFactory: (log: EventLog, clock: Clock) => measureEventLog(registry, log, clock),
  };
}

/**
 * Ready means that records are accepted, as for a separate gateway: a store that is unavailable for a while is not shown here.
 */
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

function hasArchive({ archiveUrl }: StandaloneConfig): boolean {
  return archiveUrl !== '';
}

/** The file of the records belongs to one process. */
function isFile({ recordStoreUrl }: StandaloneConfig): boolean {
  return recordStoreUrl.startsWith('file:');
}
