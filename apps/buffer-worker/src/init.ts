import { setTimeout as delay } from 'node:timers/promises';
import { eventLogOptions, readConfig, recordStoreOptions, requireSharedEngines, topicPartitions } from '#config';
import { EventLogError, openEventLog } from '#event-log';
import { openRecordStore, RecordStoreError } from '#record-store';
import { createLogger, mainProcess, type Logger } from '#runtime';
import { prepare } from './prepare.js';
import { TOPIC_RULES } from './topics.js';

const APP = 'init';
const RETRY_DELAY_MS = 1_000;

await mainProcess(APP, async () => {
  const config = readConfig(process.env);
  requireSharedEngines(config, APP);
  const logger = createLogger({ app: APP, level: config.logLevel });
  const log = await openEventLog(eventLogOptions(config, APP));
  const store = await openRecordStore(recordStoreOptions(config, APP));
  try {
    await untilAvailable(() => prepare(log, store, topicPartitions(config)), logger);
    for (const { detail, ...finding } of await log.topicFindings(TOPIC_RULES)) logger.warn(finding, detail);
    logger.info('topics and indexes are there');
  } finally {
    await log.close();
    await store.close();
  }
});

/** A login or a right that is wrong does not become right by waiting. */
function needsPerson(error: EventLogError | RecordStoreError): boolean {
  return error instanceof EventLogError && ['authentication', 'authorization'].includes(error.failure ?? '');
}

/** The engines may come up after this step. */
async function untilAvailable(step: () => Promise<void>, logger: Logger): Promise<void> {
  for (let lastReason = ''; ;) {
    try {
      return await step();
    } catch (error) {
      const isPassing =
        (error instanceof EventLogError || error instanceof RecordStoreError) && error.code === 'unavailable';
      if (!isPassing || needsPerson(error)) throw error;
      if (error.message !== lastReason) logger.info({ reason: error.message }, 'waiting for the engines');
      lastReason = error.message;
      await delay(RETRY_DELAY_MS);
    }
  }
}
