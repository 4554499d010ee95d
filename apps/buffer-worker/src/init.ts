import { eventLogOptions, readConfig, recordStoreOptions, requireSharedEngines } from '#config';
import { openEventLog } from '#event-log';
import { openRecordStore } from '#record-store';
import { createLogger, mainProcess } from '#runtime';
import { prepareWhenAvailable } from './prepare.js';

const APP = 'init';

await mainProcess(APP, async () => {
  const config = readConfig(process.env);
  requireSharedEngines(config, APP);
  const logger = createLogger({ app: APP, level: config.logLevel });
  const log = await openEventLog(eventLogOptions(config, APP));
  const store = await openRecordStore(recordStoreOptions(config, APP));
  // An error ends the process at once: closing a connection to an engine that is away would take its time first.
  await prepareWhenAvailable(log, store, config.partitions, {
    onWaiting: ({ message }) => logger.info({ reason: message }, 'waiting for an engine'),
  });
  logger.info({ partitions: config.partitions }, 'topics and indexes are there');
  await log.close();
  await store.close();
});
