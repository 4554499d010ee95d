import {
  eventLogOptions,
  openEventLog,
  openRecordStore,
  prepareWhenAvailable,
  recordStoreOptions,
  topicPartitions,
  topicRules,
} from '@sluice/engines';
import { createLogger } from '@sluice/observability';
import { mainProcess } from '@sluice/process';
import type { Command } from '../command.js';
import { readInitConfig } from './init.settings.js';

const APP = 'init';

const USAGE = `Usage: sluice init

Creates missing topics, partitions and indexes, and exits. With TOPICS=expect it only compares, and prints each
difference with the command that fixes it. It waits for engines that are still starting; a wrong login, a missing
right or an invalid certificate ends it at once. It can be run again at any time.

It reads EVENT_LOG_URL (kafka://, kafka+ssl://), RECORD_STORE_URL (mongodb://), TOPICS, EVENT_LOG_PARTITIONS,
DEAD_LETTERS_PARTITIONS, EVENT_LOG_REPLICATION, RECORD_EXPIRY_SECONDS, and the names and logins in
docs/reference/configuration.md. Embedded files need no init: npm start creates them.`;

export const init: Command = {
  usage: USAGE,
  async run(args, { env, output }) {
    if (args.length === 0) {
      await mainProcess(APP, () => createWhatIsMissing(env));
      return 0;
    }
    const isHelp = args.length === 1 && (args[0] === '--help' || args[0] === '-h');
    if (isHelp) output.out(USAGE);
    else output.note('init: it has no arguments; see sluice help init.');
    return isHelp ? 0 : 2;
  },
};

async function createWhatIsMissing(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readInitConfig(env);
  const logger = createLogger({ app: APP, level: config.logLevel });
  const log = await openEventLog(eventLogOptions(config, APP));
  const store = await openRecordStore(recordStoreOptions(config, APP));
  // An error ends the process at once: closing a connection to an engine that is down would take its time first.
  await prepareWhenAvailable(log, store, topicPartitions(config), {
    onWaiting: ({ message }) => logger.info({ reason: message }, 'waiting for an engine'),
  });
  for (const { detail, ...finding } of await log.topicFindings(topicRules(log.names, config.maxPayloadBytes)))
    logger.warn(finding, detail);
  logger.info('topics and indexes exist');
  await log.close();
  await store.close();
}
