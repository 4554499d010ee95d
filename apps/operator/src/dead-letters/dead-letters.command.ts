import { stringifyExact } from '@sluice/contracts';
import { ServiceApi } from '../api/service-api.js';
import { type Command, CommandError, type CommandOutput } from '../command.js';
import { readOptions, wholeNumberOf } from '../options.js';
import { printable, tableOf } from '../table.js';
import { redrive } from './redrive.command.js';

const USAGE = `Manages the dead letters of a running service. With AUTH=tokens it needs a token with the scope operate.

  sluice dead-letters ls              lists letters; --all: every page
         --reason <code>              only this reason; can be repeated
         --device <device_id>         only this device
         --from <time> --to <time>    by the time of dead-lettering, RFC 3339
         --limit <n>                  letters on a page, 1 to 100 (50); --cursor <text>: the next page
  sluice dead-letters summary         counts by reason, device prefix and hour
  sluice dead-letters show <partition>/<offset>
                                      shows one letter: headers, bytes, result of the current checks
         --raw                        only the original bytes
  sluice dead-letters discard <partition>/<offset> --why <text>
                                      marks it as not needed; it stays in the topic
         --json                       with every command: prints the answer of the service as JSON

sluice redrive, or sluice dead-letters redrive, publishes letters again.
SLUICE_URL (default http://127.0.0.1:PORT) is the service, SLUICE_TOKEN the token.
Exit code: 0 done, 1 the service or the request failed, 2 invalid command line.`;

const OPTIONS = {
  reason: 'strings',
  device: 'string',
  from: 'string',
  to: 'string',
  limit: 'string',
  cursor: 'string',
  all: 'boolean',
  raw: 'boolean',
  why: 'string',
  json: 'boolean',
  help: 'boolean',
} as const;
type Options = ReturnType<typeof readOptions<typeof OPTIONS>>['options'];

/** Which options each of the commands takes. */
const COMMANDS: Readonly<Record<string, readonly (keyof Options)[]>> = {
  ls: ['reason', 'device', 'from', 'to', 'limit', 'cursor', 'all', 'json'],
  summary: ['json'],
  show: ['raw', 'json'],
  discard: ['why', 'json'],
};

export interface Letter {
  partition: number;
  offset: number;
  reason: string;
  detail: string;
  device_id: string | null;
  record_id: string | null;
  dead_lettered_at: string;
  size_bytes: number;
  redrive_count: number;
  value: string | null;
  disposition: { kind: string; by: string; at: string } | null;
}

export const deadLetters: Command = {
  usage: USAGE,
  async run(args, context) {
    if (args[0] === 'redrive') return redrive.run(args.slice(1), context);
    const { env, output } = context;
    try {
      const { options, words } = readOptions(args, OPTIONS);
      if (options.help) return (output.out(USAGE), 0);
      const [word = '', place, ...more] = words;
      const name = word === 'list' ? 'ls' : word;
      check(name, place, more, options);
      await perform(name, place, options, new ServiceApi(env), output);
      return 0;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      output.note(`dead-letters: ${error.message}\n\n${USAGE}`);
      return 2;
    }
  },
};

function check(name: string, place: string | undefined, more: readonly string[], options: Options): void {
  const own = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (own === undefined)
    throw new CommandError(name === '' ? 'no command.' : `there is no command ${JSON.stringify(name)}.`);
  const given = Object.entries(options).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value));
  const foreign = given.find(([option]) => !own.includes(option as keyof Options));
  if (foreign !== undefined) throw new CommandError(`--${foreign[0]} is not an option of ${name}.`);
  const takesPlace = name === 'show' || name === 'discard';
  if (takesPlace && !/^\d{1,6}\/\d{1,15}$/.test(place ?? ''))
    throw new CommandError('which letter? Give <partition>/<offset>.');
  if (more.length > 0 || (!takesPlace && place !== undefined)) throw new CommandError('too many words.');
  if (name === 'discard' && options.why === undefined) throw new CommandError('give a reason: --why "a test device".');
}

async function perform(
  name: string,
  place: string | undefined,
  options: Options,
  api: ServiceApi,
  output: CommandOutput,
): Promise<void> {
  switch (name) {
    case 'ls':
      return list(options, api, output);
    case 'summary':
      return summarize(options, api, output);
    case 'show':
      return show(place!, options, api, output);
    default:
      return discard(place!, options, api, output);
  }
}

interface Page {
  letters: Letter[];
  has_more: boolean;
  next_cursor: string | null;
}

async function list(options: Options, api: ServiceApi, { out, note }: CommandOutput): Promise<void> {
  const limit = wholeNumberOf('limit', options.limit, 100);
  let cursor = options.cursor;
  for (let isFirst = true; ; isFirst = false) {
    const given = { reason: options.reason.join(',') || undefined, device_id: options.device };
    const page = await api.ask<Page>(
      'GET',
      `/dead-letters${queryOf({ ...given, from: options.from, to: options.to, limit, cursor })}`,
    );
    if (options.json) out(stringifyExact(page));
    else for (const line of tableOf(HEAD, page.letters.map(rowOf)).slice(isFirst ? 0 : 1)) out(line);
    cursor = page.next_cursor ?? undefined;
    if (cursor === undefined) return;
    if (!options.all) return note(`There may be more: --cursor ${cursor}, or --all.`);
  }
}

const HEAD = ['LETTER', 'REASON', 'DEVICE', 'RECORD', 'DEAD SINCE', 'BYTES', 'REDRIVES', 'DECISION', 'DETAIL'];

function rowOf(letter: Letter): unknown[] {
  const { partition, offset, reason, device_id, record_id, dead_lettered_at, size_bytes, redrive_count } = letter;
  const decision = letter.disposition?.kind ?? 'none';
  return [
    `${partition}/${offset}`,
    reason,
    device_id,
    record_id,
    dead_lettered_at,
    size_bytes,
    redrive_count,
    decision,
    letter.detail,
  ];
}

/** `?name=value&...` of the values that are given. */
function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.append(name, String(value));
  return query.size === 0 ? '' : `?${query.toString()}`;
}

interface Summary {
  total: number;
  without_disposition: number;
  scanned: number;
  partial: boolean;
  groups: { reason: string; device_prefix: string; hour: string; count: number; without_disposition: number }[];
}

async function summarize({ json }: Options, api: ServiceApi, { out, note }: CommandOutput): Promise<void> {
  const summary = await api.ask<Summary>('GET', '/dead-letters/summary');
  if (json) return out(stringifyExact(summary));
  const rows = summary.groups.map((group) => [
    group.reason,
    group.device_prefix,
    group.hour,
    group.count,
    group.without_disposition,
  ]);
  for (const line of tableOf(['REASON', 'DEVICES', 'HOUR', 'LETTERS', 'UNDECIDED'], rows)) out(line);
  const share = summary.partial ? `; the table counts the newest ${summary.scanned}` : '';
  note(`${summary.total} letters, ${summary.without_disposition} without a decision${share}.`);
}

interface OneLetter extends Letter {
  headers: Record<string, string>;
  value_base64: string | null;
  check: { would: string; reason: string | null; detail: string };
  stored: object | null;
  verdict: string | null;
}

async function show(place: string, { raw, json }: Options, api: ServiceApi, { out }: CommandOutput): Promise<void> {
  const letter = await api.ask<OneLetter>('GET', `/dead-letters/${place}`);
  if (json) return out(stringifyExact(letter));
  if (raw) return void process.stdout.write(Buffer.from(letter.value_base64 ?? '', 'base64'));
  const { disposition, check: verdict } = letter;
  const rows: [string, unknown][] = [
    ['letter', place],
    ['reason', `${letter.reason}: ${letter.detail}`],
    ['device', letter.device_id],
    ['record', letter.record_id],
    ['dead since', letter.dead_lettered_at],
    ['now would', verdict.would === 'pass' ? `pass ${verdict.detail}` : `fail, ${verdict.reason}: ${verdict.detail}`],
    ['decision', disposition && `${disposition.kind} by ${disposition.by} at ${disposition.at}`],
    ['redriven is', letter.verdict],
    ...Object.entries(letter.headers).map(([name, value]) => [`header ${name}`, value] as [string, string]),
    ['value', letter.value ?? `not UTF-8, base64: ${letter.value_base64}`],
    ['stored', letter.stored && stringifyExact(letter.stored)],
  ];
  for (const [name, value] of rows) out(`${name.padEnd(32)}${value ? printable(String(value)) : '-'}`);
}

async function discard(place: string, { why, json }: Options, api: ServiceApi, output: CommandOutput): Promise<void> {
  const answer = await api.ask<{ disposition: { kind: string } }>('POST', `/dead-letters/${place}/discard`, { why });
  if (json) return output.out(stringifyExact(answer));
  const { kind } = answer.disposition;
  output.note(
    kind === 'discarded' ? `Letter ${place} is discarded.` : `Letter ${place} was ${kind} before; that stays.`,
  );
}
