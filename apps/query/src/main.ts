import { Module } from '@nestjs/common';
import {
  eventLogOptions,
  openHttpOptions,
  readConfig,
  recordStoreOptions,
  requireSharedEngines,
  withoutPassword,
} from '#config';
import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from '#contracts';
import { awaitTopics, EventLog, EventLogModule } from '#event-log';
import { RecordStore, RecordStoreModule } from '#record-store';
import {
  createHttpApp,
  createLogger,
  createRegistry,
  HealthModule,
  Lifecycle,
  logLine,
  mainProcess,
  MetricsModule,
  runApp,
  RuntimeModule,
  serveDocs,
} from '#runtime';
import { queryHealth } from './query-health.js';
import { QueryModule } from './query.module.js';

const APP = 'query';

await mainProcess(APP, async () => {
  const config = readConfig(process.env);
  requireSharedEngines(config, APP);
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

  const app = await createHttpApp(RootModule, logger, { ...openHttpOptions(config), isForwarded: true });
  serveDocs(app);
  const [log, store] = [withoutPassword(config.eventLogUrl), withoutPassword(config.recordStoreUrl)];
  const port = await runApp(app, logger, config);
  logger.info({ port, log, store }, 'shows the buffer and the stored records');
  const topics = [EVENTS_TOPIC, DEAD_LETTERS_TOPIC];
  await awaitTopics(app.get(EventLog), topics, (reason) => logger.info({ reason }, 'waiting for the event log')).catch(
    (error: Error) => app.get(Lifecycle).fail(error),
  );
});
