import { connectWorker } from '@sluice/buffer-worker';
import { prepare, topicPartitions } from '@sluice/engines';
import { EventLog } from '@sluice/event-log';
import { createHttpApp, serveDocs } from '@sluice/http';
import { tracingOptions } from '@sluice/observability';
import { mainProcess, openService, runApp } from '@sluice/process';
import { requireNoRestore } from '@sluice/operator';
import { RecordStore } from '@sluice/record-store';
import { announce } from './announce.js';
import { readStandaloneConfig } from './settings.js';
import { StandaloneAppModule } from './standalone.app.module.js';

await mainProcess('standalone', async () => {
  const config = readStandaloneConfig(process.env);
  requireNoRestore(config.dataDir);
  const service = await openService('standalone', config, tracingOptions(config, 'standalone'));
  const app = await createHttpApp(StandaloneAppModule.forRoot(config, service), service.logger, config);
  serveDocs(app, app.get(EventLog).names);
  await prepare(app.get(EventLog), app.get(RecordStore), topicPartitions(config));
  connectWorker(app);
  const port = await runApp(app, service.logger, { ...config, noticeMs: config.drainNoticeMs });
  announce(app, config, port);
});
