import { openTokenStore } from '@sluice/engines';
import { readConfig, tokenStoreOptions } from '@sluice/process';
import type { Command } from '../command.js';
import { runTokens, USAGE } from './run-tokens.js';

export const tokens: Command = {
  usage: USAGE,
  async run(args, { env, output }) {
    const store = await openTokenStore(tokenStoreOptions(readConfig(env), 'tokens-command'));
    try {
      await runTokens(args, store, Date.now(), output);
      return 0;
    } finally {
      await store.close();
    }
  },
};
