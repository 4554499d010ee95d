import { BatchTransport } from '@sluice/batch-transport';
import { prepare } from '@sluice/buffer-worker';
import { readConfig, topicPartitions, withoutPassword, mainProcess, runApp } from '@sluice/process';
import { EventLog } from '@sluice/event-log';
import { AccessGate, accessWarnings } from '@sluice/gateway';
import { RecordStore } from '@sluice/record-store';
import { createHttpApp, serveDocs } from '@sluice/http';
import { createLogger, traceOfLine } from '@sluice/observability';
import { announce } from './announce.js';
import { StandaloneModule } from './standalone.module.js';

const APP = 'standalone';

await mainProcess(APP, async () => {
  const config = readConfig(process.env);
  const logger = createLogger({ app: APP, level: config.logLevel, context: traceOfLine });
  const app = await createHttpApp(await StandaloneModule.forRoot(config, logger), logger, config);
  serveDocs(app);
  await prepare(app.get(EventLog), app.get(RecordStore), topicPartitions(config));
  const transport = app.get(BatchTransport);
  app.connectMicroservice({ strategy: transport });
  process.on('SIGUSR2', () => transport.loop?.acceptDeadLetters());
  const port = await runApp(app, logger, { ...config, noticeMs: config.drainNoticeMs });
  const [eventLogUrl, recordStoreUrl] = [withoutPassword(config.eventLogUrl), withoutPassword(config.recordStoreUrl)];
  const access = app.get(AccessGate, { strict: false }).summary;
  const scheme = config.tlsCertFile === '' ? 'http' : 'https';
  announce({ scheme, host: config.host, port, access, eventLogUrl, recordStoreUrl }, logger);
  for (const warning of accessWarnings(config)) logger.warn(warning);
});
