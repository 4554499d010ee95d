import { eventLogOptions, openEventLog, openRecordStore, recordStoreOptions, topicPartitions } from '@sluice/engines';
import { mainProcess } from '@sluice/process';
import { createLogger } from '@sluice/observability';
import { prepareWhenAvailable } from './prepare.js';
import { readInitConfig } from './settings.js';
import { TOPIC_RULES } from './topics.js';

const APP = 'init';

await mainProcess(APP, async () => {
  const config = readInitConfig(process.env);
  const logger = createLogger({ app: APP, level: config.logLevel });
  const log = await openEventLog(eventLogOptions(config, APP));
  const store = await openRecordStore(recordStoreOptions(config, APP));
  // An error ends the process at once: closing a connection to an engine that is away would take its time first.
  await prepareWhenAvailable(log, store, topicPartitions(config), {
    onWaiting: ({ message }) => logger.info({ reason: message }, 'waiting for an engine'),
  });
  for (const { detail, ...finding } of await log.topicFindings(TOPIC_RULES)) logger.warn(finding, detail);
  logger.info('topics and indexes are there');
  await log.close();
  await store.close();
});
