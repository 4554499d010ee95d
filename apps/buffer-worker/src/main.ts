import { createHttpApp } from '@sluice/http';
import { tracingOptions } from '@sluice/observability';
import { awaitEventLog, mainProcess, openService, runApp } from '@sluice/process';
import { withoutPassword } from '@sluice/settings';
import { BufferWorkerAppModule } from './buffer-worker.app.module.js';
import { connectWorker } from './connect-worker.js';
import { readWorkerConfig } from './settings.js';

await mainProcess('buffer-worker', async () => {
  const config = readWorkerConfig(process.env);
  const service = await openService('buffer-worker', config, tracingOptions(config, 'buffer-worker'));
  const { logger } = service;
  const app = await createHttpApp(BufferWorkerAppModule.forRoot(config, service), logger, config);
  connectWorker(app);
  const [log, store] = [withoutPassword(config.eventLogUrl), withoutPassword(config.recordStoreUrl)];
  logger.info({ log, store }, 'polls batches from the event log and stores them');
  const port = await runApp(app, logger, config);
  logger.info({ port }, 'health and metrics are served');
  await awaitEventLog(app, ({ events }) => [events]);
});
