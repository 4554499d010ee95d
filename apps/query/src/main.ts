import { EventLog } from '@sluice/event-log';
import { createHttpApp, serveDocs } from '@sluice/http';
import { awaitEventLog, mainProcess, openService, runApp } from '@sluice/process';
import { withoutPassword } from '@sluice/settings';
import { QueryAppModule } from './query.app.module.js';
import { readQueryConfig } from './settings.js';

await mainProcess('query', async () => {
  const config = readQueryConfig(process.env);
  const service = await openService('query', config);
  const { logger } = service;
  const root = QueryAppModule.forRoot(config, service);
  const app = await createHttpApp(root, logger, { ...config, isForwarded: true });
  serveDocs(app, app.get(EventLog).names);
  const port = await runApp(app, logger, config);
  const [log, store] = [withoutPassword(config.eventLogUrl), withoutPassword(config.recordStoreUrl)];
  logger.info({ port, log, store }, 'serving the buffer and the stored records');
  await awaitEventLog(app, ({ events, deadLetters }) => [events, deadLetters]);
});
