import { createHttpApp } from '@sluice/http';
import { tracingOptions } from '@sluice/observability';
import { awaitEventLog, mainProcess, openService, runApp } from '@sluice/process';
import { withoutPassword } from '@sluice/settings';
import { ArchiverAppModule } from './archiver.app.module.js';
import { readArchiverConfig } from './settings.js';

await mainProcess('archiver', async () => {
  const config = readArchiverConfig(process.env);
  const service = await openService('archiver', config, tracingOptions(config, 'archiver'));
  const { logger } = service;
  const app = await createHttpApp(ArchiverAppModule.forRoot(config, service), logger, config);
  const port = await runApp(app, logger, config);
  const [log, archive] = [withoutPassword(config.eventLogUrl), config.archiveUrl];
  logger.info({ port, log, archive }, 'takes events from the log and archives them in batches');
  await awaitEventLog(app, ({ events }) => [events]);
});
