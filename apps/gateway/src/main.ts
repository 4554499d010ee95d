import { Module } from '@nestjs/common';
import {
  eventLogOptions,
  readConfig,
  requireSharedLog,
  requireSharedTokens,
  tracingOptions,
  withoutPassword,
  HealthModule,
  Lifecycle,
  mainProcess,
  runApp,
  RuntimeModule,
} from '@sluice/process';
import { EVENTS_TOPIC } from '@sluice/contracts';
import { EventLogModule } from '@sluice/engines';
import { awaitTopics, EventLog } from '@sluice/event-log';
import { createHttpApp, MetricsModule, serveDocs } from '@sluice/http';
import { createLogger, createRegistry, logLine, openTracing, traceOfLine, watchAppends } from '@sluice/observability';
import { AccessGate, LogReachability } from '@sluice/ingest';
import { accessWarnings } from './access/access-warnings.js';
import { gatewayHealth } from './gateway-health.js';
import { GatewayModule } from './gateway.module.js';

const APP = 'gateway';

await mainProcess(APP, async () => {
  const config = readConfig(process.env);
  requireSharedLog(config, APP);
  requireSharedTokens(config, APP);
  const logger = createLogger({ app: APP, level: config.logLevel, context: traceOfLine });
  const registry = createRegistry();
  const tracing = await openTracing(tracingOptions(config, APP), logger, registry);
  const gateway = GatewayModule.forRoot(config);

  @Module({
    imports: [
      RuntimeModule.forRoot(logger, tracing),
      MetricsModule.forRoot(registry, { event_log: EventLog }),
      EventLogModule.forRoot({
        ...eventLogOptions(config, APP),
        log: logLine(logger),
        onAppend: watchAppends(registry, tracing),
      }),
      HealthModule.forRoot({
        imports: [gateway],
        inject: [EventLog, AccessGate, LogReachability],
        useFactory: gatewayHealth,
      }),
      gateway,
    ],
  })
  class RootModule {}

  const app = await createHttpApp(RootModule, logger, config);
  serveDocs(app);
  const port = await runApp(app, logger, { ...config, noticeMs: config.drainNoticeMs });
  const eventLog = withoutPassword(config.eventLogUrl);
  const scheme = config.tlsCertFile === '' ? 'http' : 'https';
  logger.info({ address: `${scheme}://${config.host}:${port}`, eventLog }, 'takes records in at POST /ingest');
  logger.info(`access is ${app.get(AccessGate, { strict: false }).summary}`);
  for (const warning of accessWarnings(config)) logger.warn(warning);
  await awaitTopics(app.get(EventLog), [EVENTS_TOPIC], (reason) =>
    logger.info({ reason }, 'waiting for the event log'),
  ).catch((error: Error) => app.get(Lifecycle).fail(error));
});
