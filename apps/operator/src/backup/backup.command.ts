import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, CommandError, type CommandOutput } from '../command.js';
import { readOptions } from '../options.js';
import { tableOf } from '../table.js';
import { type BackupConfig, readBackupConfig } from './backup.settings.js';
import { embeddedFiles, FileError, requireData, requireStopped } from './embedded-files.js';
import { contentsOf, type FileEntry, MANIFEST, readManifest, verifyFiles } from './manifest.js';
import { restoreBackup } from './restore-backup.js';
import { takeBackup } from './take-backup.js';

const SETTINGS = 'It reads DATA_DIR, EVENT_LOG_URL and RECORD_STORE_URL, as the service does.';

export const backup: Command = commandOf(
  'backup',
  ['to'],
  `Usage: sluice backup --to DIR [--json]

Copies the embedded event log, the records and the tokens to a new directory, whether the service is running or
not, and checks the copies. DIR must be missing or empty. Run it as the user of the service, on its machine.
${SETTINGS}
Exit code: 0 complete, 1 failed; no files are left.`,
  async ({ to }, config, output) => {
    if (to === undefined) throw new CommandError('give the target: --to DIR.');
    const { files } = await untilInterrupted((signal) => takeBackup(config, to, signal));
    output.note(`The backup in ${resolve(to)} is complete and checked.`);
    return files;
  },
);

export const restore: Command = commandOf(
  'restore',
  ['from', 'replace'],
  `Usage: sluice restore --from DIR [--replace] [--json]

Checks a backup and replaces the files of a stopped service with it. Existing data needs --replace; it is moved aside,
not deleted.
${SETTINGS}
Exit code: 0 restored, 1 failed; existing files are unchanged, unless a message says to run it again.`,
  async ({ from, replace }, config, output) => {
    if (from === undefined) throw new CommandError('give the backup: --from DIR.');
    const { manifest, replaced } = await untilInterrupted((signal) => restoreBackup(config, from, replace, signal));
    for (const path of replaced) output.note(`The old file is now ${path}.`);
    output.note(`The backup of ${manifest.made_at} is restored; start the service.`);
    return manifest.files;
  },
);

export const verify: Command = commandOf(
  'verify',
  ['from'],
  `Usage: sluice verify [--from DIR] [--json]

Reads every page of a backup and compares it with its manifest; without --from, the files of a stopped service.
${SETTINGS}
Exit code: 0 intact, 1 damaged, missing or in use.`,
  async ({ from }, config, output) => {
    const files = from === undefined ? verifyOwn(config) : await verifyBackup(resolve(from));
    output.note(from === undefined ? 'The files are intact.' : `The backup in ${resolve(from)} is intact.`);
    return files;
  },
);

async function verifyBackup(directory: string): Promise<FileEntry[]> {
  if (!existsSync(directory)) throw new FileError(`${directory} does not exist.`);
  if (!existsSync(join(directory, MANIFEST)))
    throw new FileError(`${directory} is not a backup: it has no ${MANIFEST}.`);
  const manifest = readManifest(directory);
  await verifyFiles(directory, manifest);
  return manifest.files;
}

function verifyOwn(config: BackupConfig): Pick<FileEntry, 'name' | 'version' | 'rows'>[] {
  const files = requireData(embeddedFiles(config), config.dataDir);
  requireStopped(files);
  return files.map(({ name, path }) => ({ name, ...contentsOf(path) }));
}

interface Options {
  to: string | undefined;
  from: string | undefined;
  replace: boolean;
}
type Shown = Pick<FileEntry, 'name' | 'version' | 'rows'> & Partial<FileEntry>;

/** A command over the embedded files: its options, its one sentence for each failure, and its table. */
function commandOf(
  name: string,
  own: readonly (keyof Options)[],
  usage: string,
  run: (options: Options, config: BackupConfig, output: CommandOutput) => Promise<readonly Shown[]>,
): Command {
  return {
    usage,
    async run(args, { env, output }) {
      try {
        const kinds = { to: 'string', from: 'string', replace: 'boolean', json: 'boolean', help: 'boolean' } as const;
        const { options, words } = readOptions(args, kinds);
        if (options.help) return (output.out(usage), 0);
        refuseOthers(options, words, own, name);
        show(await run(options, readBackupConfig(env), output), options.json, output);
        return 0;
      } catch (error) {
        if (error instanceof CommandError) return (output.note(`${name}: ${error.message}\n\n${usage}`), 2);
        throw error;
      }
    },
  };
}

function refuseOthers(options: Options, words: readonly string[], own: readonly string[], name: string): void {
  const foreign = (['to', 'from', 'replace'] as const).find((option) => options[option] && !own.includes(option));
  if (foreign !== undefined) throw new CommandError(`--${foreign} is not an option of ${name}.`);
  if (words.length > 0) throw new CommandError('too many words.');
}

function show(files: readonly Shown[], json: boolean, { out }: CommandOutput): void {
  if (json) return out(JSON.stringify({ files }));
  const rows = files.map(({ name, bytes, version, rows: counts }) => {
    const entries = Object.entries(counts).filter(([table]) => table.startsWith('entries_'));
    const others = Object.entries(counts).filter(([table]) => ['records', 'documents', 'tokens'].includes(table));
    const all = entries.length > 0 ? [['entries', entries.reduce((sum, [, count]) => sum + count, 0)]] : others;
    return [name, bytes, version, all.map(([table, count]) => `${count} ${table}`).join(', ')];
  });
  for (const line of tableOf(['FILE', 'BYTES', 'FORMAT', 'HOLDS'], rows)) out(line);
}

/** Ctrl-C ends the work in an orderly way. */
async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await work(interrupted.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
