import { ARCHIVE_GROUP, openObjectStore } from '@sluice/archive';
import { eventLogOptions, openEventLog, openRecordStore, recordStoreOptions } from '@sluice/engines';
import { type Command, type CommandContext, CommandError } from '../command.js';
import { readOptions } from '../options.js';
import { serviceOf } from '../schemas/stored-payloads.js';
import { tableOf } from '../table.js';
import { readArchiveConfig } from './archive.settings.js';
import { restoreArchive } from './restore-archive.js';
import { type DayCounts, verifyArchive } from './verify-archive.js';

const APP = 'archive';
const MAX_SHOWN_REJECTIONS = 20;
const COLUMNS = ['day', 'objects', 'bytes', 'archived', 'doubled', 'in_log', 'missing', 'waiting', 'stored'] as const;

const USAGE = `Usage: sluice archive verify [--day YYYY-MM-DD]... [--no-store] [--json]
       sluice archive restore (--day YYYY-MM-DD | --device ID)... [--dry-run]

verify   reads every object of the archive, what the event log still has, and the record store, and counts by day (UTC,
         of received_at). Doubled: rows of one partition and offset in two objects. Missing: events of the log below the
         committed offset of the archive that no object has. Waiting: not archived yet. Stored: records in the record
         store, for comparison: without those that expired or were dead-lettered, and one for each record_id.
         An embedded event log has to be stopped. Exit code: 0 nothing doubled or missing, 1 otherwise.
restore  sends the records of these days, or of this device, to a gateway again (SLUICE_URL, SLUICE_TOKEN), which checks
         them as it checks those of a device. With the same record_id, nothing is stored twice: a restore that ended
         early is run again. --dry-run counts only. Exit code: 0 all accepted, 1 otherwise.

ARCHIVE_URL and its settings say where the archive is: docs/guides/archive.md.`;

export const archive: Command = {
  usage: USAGE,
  async run(args, context) {
    const [word, ...rest] = args;
    try {
      if (word === '--help' || word === '-h') return (context.output.out(USAGE), 0);
      if (word === 'verify') return await verify(rest, context);
      if (word === 'restore') return await restore(rest, context);
      throw new CommandError('say verify or restore.');
    } catch (error) {
      if (error instanceof CommandError) return (context.output.note(`archive: ${error.message}\n\n${USAGE}`), 2);
      throw error;
    }
  },
};

async function verify(args: readonly string[], { env, output }: CommandContext): Promise<number> {
  const { options, words } = readOptions(args, { day: 'strings', 'no-store': 'boolean', json: 'boolean' });
  refuseWords(words);
  const days = options.day.map(dayOf);
  const config = readArchiveConfig(env);
  const store = await openObjectStore(config);
  const log = await openEventLog(eventLogOptions(config, APP));
  const records = options['no-store'] ? undefined : await openRecordStore(recordStoreOptions(config, APP));
  try {
    const inspector = log.inspect({ group: config.kafkaPrefix + ARCHIVE_GROUP, topic: log.names.events });
    const reader = records && { reader: records.reader };
    const counts = await verifyArchive({ store, spoolDirectory: config.archiveSpoolDir, inspector, days, ...reader });
    if (options.json || output.isTerminal !== true) for (const day of counts) output.out(JSON.stringify(day));
    else for (const line of tableOf(COLUMNS, rowsOf(counts))) output.out(line);
    return verdictOn(counts, output.note.bind(output));
  } finally {
    store.close();
    await Promise.all([log.close(), records?.close()]);
  }
}

function verdictOn(counts: readonly DayCounts[], note: (line: string) => void): number {
  const sum = (name: 'archived' | 'doubled' | 'missing' | 'waiting') =>
    counts.reduce((total, day) => total + day[name], 0);
  const found = `${sum('archived')} rows, ${sum('waiting')} events wait`;
  const isWhole = sum('doubled') === 0 && sum('missing') === 0;
  if (isWhole) note(`The archive is whole: ${found}.`);
  else note(`The archive is NOT whole: ${found}, ${sum('doubled')} doubled, ${sum('missing')} missing.`);
  return isWhole ? 0 : 1;
}

function rowsOf(counts: readonly DayCounts[]): unknown[][] {
  return counts.map((day) => COLUMNS.map((name) => day[name]));
}

async function restore(args: readonly string[], { env, output }: CommandContext): Promise<number> {
  const { options, words } = readOptions(args, { day: 'strings', device: 'string', 'dry-run': 'boolean' });
  refuseWords(words);
  const days = options.day.map(dayOf);
  if (days.length === 0 && options.device === undefined) throw new CommandError('say what: --day or --device.');
  const config = readArchiveConfig(env);
  const { url, token } = serviceOf(env);
  const store = await openObjectStore(config);
  let shown = 0;
  const target = {
    url: options['dry-run'] ? undefined : url,
    token,
    onRejected: ({ device_id, record_id }: { device_id: string; record_id: string }, why: string) => {
      if (shown++ < MAX_SHOWN_REJECTIONS) output.note(`rejected ${device_id} ${record_id}: ${why}`);
    },
  };
  const selection = { days, deviceId: options.device };
  const counts = await restoreArchive(store, config.archiveSpoolDir, selection, target).finally(() => store.close());
  output.out(JSON.stringify(counts));
  return counts.rejected === 0 ? 0 : 1;
}

function refuseWords(words: readonly string[]): void {
  if (words.length > 0) throw new CommandError(`it takes no ${JSON.stringify(words[0])}.`);
}

/** @throws CommandError */
function dayOf(text: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;
  if (!isDay) throw new CommandError(`--day ${JSON.stringify(text)} is no day; write it as 2026-01-31.`);
  return text;
}
