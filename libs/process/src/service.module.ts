import { Module, type DynamicModule } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { EventLogModule, RecordStoreModule } from '@sluice/engines';
import { EventLog, type EventLogOptions } from '@sluice/event-log';
import { MetricsModule } from '@sluice/http';
import {
  createLogger,
  createRegistry,
  type Logger,
  logLine,
  measureCertificates,
  openTracing,
  traceOfLine,
  Tracing,
  type TracingOptions,
  watchAppends,
} from '@sluice/observability';
import { RecordStore, type RecordStoreOptions } from '@sluice/record-store';
import { certificateFiles } from './certificate-files.js';
import { CERTIFICATE_FILES, CertificateWatch } from './certificate-watch.js';
import type { ProcessOptions } from './process.settings.js';
import { RuntimeModule } from './runtime.module.js';

/** The parts of a service that are created before its modules. */
export interface Service {
  logger: Logger;
  registry: Registry;
  tracing: Tracing;
  /** The text of `GET /metrics` where this process is one of several. Left out: that of the registry. */
  metricsText?: () => Promise<string>;
}

/**
 * Call it once, in `main`.
 *
 * @param app names the process in its log lines
 * @param traces absent: nothing is traced, and log lines have no trace id
 */
export async function openService(
  app: string,
  { logLevel }: Pick<ProcessOptions, 'logLevel'>,
  traces?: TracingOptions,
): Promise<Service> {
  const logger = createLogger({ app, level: logLevel, ...(traces && { context: traceOfLine }) });
  const registry = createRegistry();
  const tracing = traces === undefined ? new Tracing() : await openTracing(traces, logger, registry);
  return { logger, registry, tracing };
}

/** The engines of a service. */
export interface ServiceEngines {
  eventLog: EventLogOptions;
  /** Whether it appends to the event log: then appends are measured and traced. */
  publishes?: boolean;
  recordStore?: RecordStoreOptions;
  /** Of a record store in which only its tokens are. */
  tokensUrl?: string;
  /** The certificate for the HTTPS of this process; empty or left out: plain HTTP. */
  tlsCertFile?: string;
}

/** The foundation of every service: runtime, metrics, the event log, and the record store if it has one. */
@Module({})
export class ServiceModule {
  static forRoot({ logger, registry, tracing, metricsText }: Service, engines: ServiceEngines): DynamicModule {
    const { eventLog, publishes = false, recordStore } = engines;
    const line = logLine(logger);
    const certificates = certificateFiles({ ...engines, recordStoreUrl: recordStore?.url ?? engines.tokensUrl ?? '' });
    measureCertificates(registry, certificates);
    const measured = { event_log: EventLog, ...(recordStore && { record_store: RecordStore }) };
    const onAppend = publishes && { onAppend: watchAppends(registry, tracing, eventLog.names) };
    return {
      module: ServiceModule,
      providers: [{ provide: CERTIFICATE_FILES, useValue: certificates }, CertificateWatch],
      imports: [
        RuntimeModule.forRoot(logger, tracing),
        MetricsModule.forRoot(registry, measured, metricsText),
        EventLogModule.forRoot({ ...eventLog, logger: line, ...onAppend }),
        ...(recordStore ? [RecordStoreModule.forRoot({ ...recordStore, logger: line })] : []),
      ],
    };
  }
}
