import { Module } from '@nestjs/common';
import { eventLogOptions, readConfig, requireSharedLog, withoutPassword } from '#config';
import { EVENTS_TOPIC } from '#contracts';
import { awaitTopics, EventLog, EventLogModule } from '#event-log';
import {
  createHttpApp,
  createLogger,
  HealthModule,
  Lifecycle,
  logLine,
  mainProcess,
  runApp,
  RuntimeModule,
  serveDocs,
} from '#runtime';
import { configureGatewayHttp } from './configure-http.js';
import { gatewayHealth } from './gateway-health.js';
import { GatewayModule } from './gateway.module.js';

const APP = 'gateway';

await mainProcess(APP, async () => {
  const config = readConfig(process.env);
  requireSharedLog(config, APP);
  const logger = createLogger({ app: APP, level: config.logLevel });

  @Module({
    imports: [
      RuntimeModule.forRoot(logger),
      EventLogModule.forRoot({ ...eventLogOptions(config, APP), log: logLine(logger) }),
      HealthModule.forRoot({ inject: [EventLog], useFactory: gatewayHealth }),
      GatewayModule.forRoot(config),
    ],
  })
  class RootModule {}

  const app = await createHttpApp(RootModule, logger, config);
  configureGatewayHttp(app);
  serveDocs(app);
  const port = await runApp(app, logger, config);
  const eventLog = withoutPassword(config.eventLogUrl);
  logger.info({ address: `http://${config.host}:${port}`, eventLog }, 'takes records in at POST /ingest');
  logger.info('access is open: whoever reaches the address can send and read');
  await awaitTopics(app.get(EventLog), [EVENTS_TOPIC], () => logger.info('waiting for the event log')).catch(
    (error: Error) => app.get(Lifecycle).fail(error),
  );
});
