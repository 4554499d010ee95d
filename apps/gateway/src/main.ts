import { EventLog } from '@sluice/event-log';
import { createHttpApp, serveDocs } from '@sluice/http';
import { tracingOptions } from '@sluice/observability';
import { awaitEventLog, mainProcess, openService, runApp } from '@sluice/process';
import { announce } from './announce.js';
import { GatewayAppModule } from './gateway.app.module.js';
import { readGatewayConfig } from './settings.js';

await mainProcess('gateway', async () => {
  const config = readGatewayConfig(process.env);
  const service = await openService('gateway', config, tracingOptions(config, 'gateway'));
  const app = await createHttpApp(GatewayAppModule.forRoot(config, service), service.logger, config);
  serveDocs(app, app.get(EventLog).names);
  const port = await runApp(app, service.logger, { ...config, noticeMs: config.drainNoticeMs });
  announce(app, config, port);
  await awaitEventLog(app, ({ events }) => [events]);
});
