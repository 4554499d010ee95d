import { existsSync } from 'node:fs';
import type { CommandOutput } from './command.js';
import { COMMANDS } from './commands.js';
import { sluice } from './sluice.js';

const output: CommandOutput = {
  out: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  isTerminal: process.stdout.isTTY,
};

try {
  // `npm start` reads the same file; the image has none.
  if (existsSync('.env')) process.loadEnvFile('.env');
  process.exitCode = await sluice(process.argv.slice(2), COMMANDS, { env: process.env, output });
} catch (error) {
  output.note(`sluice: ${(error as Error).message}`);
  process.exitCode = 1;
}
