import { ServiceApi } from '../api/service-api.js';
import { type Command, CommandError, type CommandOutput } from '../command.js';
import { readOptions } from '../options.js';
import type { ExportFile } from './export-file.js';
import { exportedRecords } from './export-lines.js';
import { NdjsonFile } from './ndjson-file.js';
import { ParquetFile } from './parquet-file.js';

const USAGE = `Writes records of a running service to a file, newest timestamp first. Where AUTH=tokens, it needs a token with the
scope read.

  sluice export --out <file>          the file, which must not be there; it is <file>.partial until it is complete
         --device <device_id>         only this device; needed unless there is --from
         --from <time> --to <time>    by timestamp, RFC 3339: from is in it, to is not
         --parquet                    Apache Parquet instead of NDJSON
         --column <pointer>           with --parquet: the numbers at this JSON Pointer of the payload as a column;
                                      repeat it for more
         --resume                     goes on with the <file>.partial of a run that was broken off (NDJSON)

Where the service goes away, it goes on when that is back. For CSV: curl "$SLUICE_URL/export?format=csv&columns=..."
SLUICE_URL (http://127.0.0.1:PORT) is the service, SLUICE_TOKEN the token.
Exit code: 0 complete, 1 the service or the request is at fault, 2 the command line is.`;

const OPTIONS = {
  out: 'string',
  device: 'string',
  from: 'string',
  to: 'string',
  parquet: 'boolean',
  column: 'strings',
  resume: 'boolean',
  help: 'boolean',
} as const;
type Options = ReturnType<typeof readOptions<typeof OPTIONS>>['options'];

const PROGRESS_EVERY = 10_000;

export const exportRecords: Command = {
  usage: USAGE,
  async run(args, { env, output }) {
    try {
      const { options, words } = readOptions(args, OPTIONS);
      if (options.help) return (output.out(USAGE), 0);
      if (words.length > 0) throw new CommandError(`${JSON.stringify(words[0])} is not understood.`);
      const api = new ServiceApi(env);
      const file = open(options);
      await write(file, options, api, output);
      output.out(options.out!);
      return 0;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      output.note(`export: ${error.message}\n\n${USAGE}`);
      return 2;
    }
  },
};

/** @throws CommandError */
function open({ out, device, from, parquet, column, resume }: Options): ExportFile {
  if (out === undefined) throw new CommandError('name the file: --out records.ndjson.');
  if (device === undefined && from === undefined)
    throw new CommandError('say which records: --device, or --from and --to.');
  if (!parquet && column.length > 0) throw new CommandError('--column is for --parquet; NDJSON has whole records.');
  if (!parquet) return new NdjsonFile(out, resume);
  if (resume) throw new CommandError('--resume is for NDJSON; a Parquet file is begun again.');
  const wrong = column.find((pointer) => !pointer.startsWith('/'));
  if (wrong !== undefined) throw new CommandError(`--column ${wrong}: give a JSON Pointer, for example /temp.`);
  return new ParquetFile(out, column);
}

async function write(file: ExportFile, options: Options, api: ServiceApi, output: CommandOutput): Promise<void> {
  const note = (line: string): void => output.note(line);
  const { after } = file;
  if (after !== undefined) note(`export: going on after ${after.device_id}/${after.record_id}`);
  let count = 0;
  let isComplete = false;
  try {
    for await (const exported of exportedRecords({ api, search: searchOf(options), note }, after)) {
      file.add(exported);
      if (++count % PROGRESS_EVERY === 0) note(`export: ${count} records, back to ${exported.record.timestamp}`);
    }
    isComplete = true;
  } finally {
    if (isComplete) file.finish();
    else file.close();
  }
  note(`export: complete, ${count} records${after === undefined ? '' : ' more'}`);
}

function searchOf({ device, from, to }: Options): Record<string, string> {
  return {
    ...(device !== undefined && { device_id: device }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}
