import { Module } from '@nestjs/common';
import { BatchTransport } from '@sluice/batch-transport';
import { HealthModule, Lifecycle, mainProcess, runApp, RuntimeModule } from '@sluice/process';
import { EVENTS_TOPIC } from '@sluice/contracts';
import { EventLogModule, eventLogOptions, RecordStoreModule, recordStoreOptions } from '@sluice/engines';
import { awaitTopics, EventLog } from '@sluice/event-log';
import { RecordStore } from '@sluice/record-store';
import { createHttpApp, MetricsModule } from '@sluice/http';
import {
  createLogger,
  createRegistry,
  logLine,
  openTracing,
  traceOfLine,
  tracingOptions,
  watchAppends,
} from '@sluice/observability';
import { withoutPassword } from '@sluice/settings';
import { bufferWorkerOptions } from './batch.settings.js';
import { BufferWorkerModule, bufferWorkerHealth } from './buffer-worker.module.js';
import { readWorkerConfig } from './settings.js';
import { TopicCheck } from './topic-check.js';

const APP = 'buffer-worker';

await mainProcess(APP, async () => {
  const config = readWorkerConfig(process.env);
  const logger = createLogger({ app: APP, level: config.logLevel, context: traceOfLine });
  const registry = createRegistry();
  const tracing = await openTracing(tracingOptions(config, APP), logger, registry);
  const imports = [
    RuntimeModule.forRoot(logger, tracing),
    MetricsModule.forRoot(registry, { event_log: EventLog, record_store: RecordStore }),
    EventLogModule.forRoot({
      ...eventLogOptions(config, APP),
      log: logLine(logger),
      onAppend: watchAppends(registry, tracing),
    }),
    RecordStoreModule.forRoot({ ...recordStoreOptions(config, APP), log: logLine(logger) }),
  ];
  const worker = BufferWorkerModule.forRoot(bufferWorkerOptions(config));
  const health = HealthModule.forRoot({
    imports: [worker],
    inject: [BatchTransport, TopicCheck, EventLog],
    useFactory: bufferWorkerHealth,
  });

  @Module({ imports: [...imports, worker, health] })
  class RootModule {}

  const app = await createHttpApp(RootModule, logger, config);
  const transport = app.get(BatchTransport);
  app.connectMicroservice({ strategy: transport });
  process.on('SIGUSR2', () => transport.loop?.acceptDeadLetters());
  const log = withoutPassword(config.eventLogUrl);
  const store = withoutPassword(config.recordStoreUrl);
  logger.info({ log, store }, 'takes batches from the log and stores them');
  const port = await runApp(app, logger, config);
  logger.info({ port }, 'health and metrics are served');
  await awaitTopics(app.get(EventLog), [EVENTS_TOPIC], (reason) =>
    logger.info({ reason }, 'waiting for the event log'),
  ).catch((error: Error) => app.get(Lifecycle).fail(error));
});
