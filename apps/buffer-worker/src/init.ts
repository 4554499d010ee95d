import { setTimeout as delay } from 'node:timers/promises';
import { eventLogOptions, readConfig, recordStoreOptions, requireSharedEngines } from '#config';
import { EventLogError, openEventLog } from '#event-log';
import { openRecordStore, RecordStoreError } from '#record-store';
import { createLogger, mainProcess, type Logger } from '#runtime';
import { prepare } from './prepare.js';

const APP = 'init';
const RETRY_DELAY_MS = 1_000;

await mainProcess(APP, async () => {
  const config = readConfig(process.env);
  requireSharedEngines(config, APP);
  const logger = createLogger({ app: APP, level: config.logLevel });
  const log = await openEventLog(eventLogOptions(config, APP));
  const store = await openRecordStore(recordStoreOptions(config, APP));
  try {
    await untilAvailable(() => prepare(log, store, config.partitions), logger);
    logger.info({ partitions: config.partitions }, 'topics and indexes are there');
  } finally {
    await log.close();
    await store.close();
  }
});

/** The engines may come up after this step. */
async function untilAvailable(step: () => Promise<void>, logger: Logger): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      const isPassing =
        (error instanceof EventLogError || error instanceof RecordStoreError) && error.code === 'unavailable';
      if (!isPassing) throw error;
      if (attempt === 1) logger.info({ reason: error.message }, 'waiting for the engines');
      await delay(RETRY_DELAY_MS);
    }
  }
}
