import { existsSync } from 'node:fs';
import { openTokenStore, RECORD_STORE_SETTINGS, recordStoreOptions } from '@sluice/engines';
import { readSettings } from '@sluice/process';
import { runTokensCommand, type CommandOutput } from './access/tokens-command.js';

const output: CommandOutput = {
  out: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
};

try {
  // As `npm start` does; in the image there is none.
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = readSettings(RECORD_STORE_SETTINGS, process.env);
  const store = await openTokenStore(recordStoreOptions(config, 'tokens-command'));
  try {
    await runTokensCommand(process.argv.slice(2), store, Date.now(), output);
  } finally {
    await store.close();
  }
} catch (error) {
  output.note(`tokens: ${(error as Error).message}`);
  process.exitCode = 1;
}
