import { openTokenStore, RECORD_STORE_SETTINGS, recordStoreOptions } from '@sluice/engines';
import { readSettings } from '@sluice/process';
import type { Command } from '../command.js';
import { runTokens } from './run-tokens.js';
import { USAGE } from './token-options.js';

export const tokens: Command = {
  usage: USAGE,
  async run(args, { env, output }) {
    const config = readSettings(RECORD_STORE_SETTINGS, env);
    const store = await openTokenStore(recordStoreOptions(config, 'tokens-command'));
    try {
      await runTokens(args, store, Date.now(), output);
      return 0;
    } finally {
      await store.close();
    }
  },
};
