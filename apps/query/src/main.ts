import { Module } from '@nestjs/common';
import { HealthModule, Lifecycle, mainProcess, runApp, RuntimeModule } from '@sluice/process';
import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from '@sluice/contracts';
import { EventLogModule, eventLogOptions, RecordStoreModule, recordStoreOptions } from '@sluice/engines';
import { awaitTopics, EventLog } from '@sluice/event-log';
import { RecordStore } from '@sluice/record-store';
import { createHttpApp, MetricsModule, serveDocs } from '@sluice/http';
import { createLogger, createRegistry, logLine } from '@sluice/observability';
import { withoutPassword } from '@sluice/settings';
import { queryHealth } from './query-health.js';
import { QueryModule } from './query.module.js';
import { readQueryConfig } from './settings.js';

const APP = 'query';

await mainProcess(APP, async () => {
  const config = readQueryConfig(process.env);
  const logger = createLogger({ app: APP, level: config.logLevel });
  const registry = createRegistry();

  @Module({
    imports: [
      RuntimeModule.forRoot(logger),
      MetricsModule.forRoot(registry, { event_log: EventLog, record_store: RecordStore }),
      EventLogModule.forRoot({ ...eventLogOptions(config, APP), log: logLine(logger) }),
      RecordStoreModule.forRoot({ ...recordStoreOptions(config, APP), log: logLine(logger) }),
      QueryModule.forRoot(),
      HealthModule.forRoot({ inject: [RecordStore], useFactory: queryHealth }),
    ],
  })
  class RootModule {}

  const app = await createHttpApp(RootModule, logger, { ...config, isForwarded: true });
  serveDocs(app);
  const [log, store] = [withoutPassword(config.eventLogUrl), withoutPassword(config.recordStoreUrl)];
  const port = await runApp(app, logger, config);
  logger.info({ port, log, store }, 'shows the buffer and the stored records');
  const topics = [EVENTS_TOPIC, DEAD_LETTERS_TOPIC];
  await awaitTopics(app.get(EventLog), topics, (reason) => logger.info({ reason }, 'waiting for the event log')).catch(
    (error: Error) => app.get(Lifecycle).fail(error),
  );
});
