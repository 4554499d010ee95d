import {
  eventLogOptions,
  readConfig,
  recordStoreOptions,
  requireSharedEngines,
  topicPartitions,
  mainProcess,
} from '@sluice/process';
import { openEventLog, openRecordStore, prepareWhenAvailable, TOPIC_RULES } from '@sluice/engines';
import { createLogger } from '@sluice/observability';

const APP = 'init';

await mainProcess(APP, async () => {
  const config = readConfig(process.env);
  requireSharedEngines(config, APP);
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
