import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { changesOf, parseJson, stringifyExact } from '@sluice/contracts';
import { ServiceApi } from '../api/service-api.js';
import { type Command, CommandError, type CommandOutput } from '../command.js';
import { readOptions, wholeNumberOf } from '../options.js';
import { tableOf } from '../table.js';

const USAGE = `Publishes dead letters of a running service again. With AUTH=tokens it needs a token with the scope operate.

  sluice redrive plan                 shows what a redrive would do and prints the hash of the plan; publishes nothing
         --reason <code>              letters with this reason; can be repeated
         --device <device_id>         letters of this device
         --key <key>                  <partition>/<offset> or <device_id>/<record_id>; can be repeated
         --from <time> --to <time>    by the time of dead-lettering, RFC 3339
         --edit <file>                JSON Patch for each event: add, replace and remove; - is standard input
         --rate <n>                   letters a second, 1 to 5000 (50)
         --limit <n>                  maximum number of letters
  sluice redrive run <plan_hash>      runs exactly that plan; --follow waits for its end
  sluice redrive status <id>          one redrive; --follow waits for its end
  sluice redrive ls                   lists redrives, the newest first
  sluice redrive pause|resume|cancel <id>
         --json                       with every command: prints the answer of the service as JSON

SLUICE_URL (default http://127.0.0.1:PORT) is the service, SLUICE_TOKEN the token. Exit code: 0 done; 1 the service or
the request failed; 2 invalid command line; 3 the redrive ended, and letters were refused, lost or came back.`;

const OPTIONS = {
  reason: 'strings',
  device: 'string',
  key: 'strings',
  from: 'string',
  to: 'string',
  edit: 'string',
  rate: 'string',
  limit: 'string',
  follow: 'boolean',
  json: 'boolean',
  help: 'boolean',
} as const;
type Options = ReturnType<typeof readOptions<typeof OPTIONS>>['options'];

const PLAN_OPTIONS = ['reason', 'device', 'key', 'from', 'to', 'edit', 'rate', 'limit', 'json'] as const;
const COMMANDS: Readonly<Record<string, readonly (keyof Options)[]>> = {
  plan: PLAN_OPTIONS,
  run: ['follow', 'json'],
  status: ['follow', 'json'],
  ls: ['json'],
  pause: ['json'],
  resume: ['json'],
  cancel: ['json'],
};
const FOLLOW_MS = 1_000;
const ENDED_BADLY = 3;

interface Redrive {
  id: string;
  state: string;
  counts: { read: number; matched: number; published: number; skipped: number; refused: number; gone: number };
  refused_by_reason: Record<string, number>;
  waiting_for: string | null;
  created_at: string;
  actor: string;
  verdict: { complete: boolean; stored: number; came_back: number; waiting: number } | null;
}

export const redrive: Command = {
  usage: USAGE,
  async run(args, { env, output }) {
    try {
      const { options, words } = readOptions(args, OPTIONS);
      if (options.help) return (output.out(USAGE), 0);
      const [name = '', id] = check(words, options);
      return await perform(name, id ?? '', options, new ServiceApi(env), output);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      output.note(`redrive: ${error.message}\n\n${USAGE}`);
      return 2;
    }
  },
};

function check(words: string[], options: Options): string[] {
  const [name = '', id, ...more] = words;
  const own = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (own === undefined)
    throw new CommandError(name === '' ? 'no command.' : `there is no command ${JSON.stringify(name)}.`);
  const given = Object.entries(options).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value));
  const foreign = given.find(([option]) => !own.includes(option as keyof Options));
  if (foreign !== undefined) throw new CommandError(`--${foreign[0]} is not an option of ${name}.`);
  const takesId = name !== 'plan' && name !== 'ls';
  if (takesId && !/^[0-9a-f-]{1,64}$/.test(id ?? '')) {
    throw new CommandError(name === 'run' ? 'which plan? Give its plan_hash.' : 'which redrive? Give its id.');
  }
  if (more.length > 0 || (!takesId && id !== undefined)) throw new CommandError('too many words.');
  return words;
}

async function perform(
  name: string,
  id: string,
  options: Options,
  api: ServiceApi,
  output: CommandOutput,
): Promise<number> {
  switch (name) {
    case 'plan':
      return plan(options, api, output);
    case 'ls':
      return list(options, api, output);
    case 'run':
      return end(await api.ask<Redrive>('POST', '/redrives', { plan_hash: id }), options, api, output);
    case 'status':
      return end(await api.ask<Redrive>('GET', `/redrives/${id}`), options, api, output);
    case 'cancel':
      return end(await api.ask<Redrive>('DELETE', `/redrives/${id}`), options, api, output);
    default:
      return end(await api.ask<Redrive>('POST', `/redrives/${id}/${name}`, {}), options, api, output);
  }
}

interface Plan {
  plan_hash: string;
  counts: { read: number; matched: number; would_pass: number; would_fail: number; skipped: number };
  by_reason: Record<string, { matched: number; would_pass: number; would_fail: number }>;
  failures: { reason: string; detail: string; count: number; example: string }[];
  partial: boolean;
}

async function plan(options: Options, api: ServiceApi, { out, note }: CommandOutput): Promise<number> {
  const { reason, device: device_id, key: keys, from, to } = options;
  const filter = {
    ...(reason.length > 0 && { reasons: reason }),
    ...(keys.length > 0 && { keys }),
    ...Object.fromEntries(Object.entries({ device_id, from, to }).filter(([, value]) => value !== undefined)),
  };
  if (Object.keys(filter).length === 0)
    throw new CommandError('give the letters: --reason, --device, --key, --from or --to.');
  const [rate, limit] = [wholeNumberOf('rate', options.rate, 5000), wholeNumberOf('limit', options.limit, 1_000_000)];
  const edit = options.edit === undefined ? undefined : await editIn(options.edit);
  const body = {
    filter,
    dry_run: true,
    ...(edit !== undefined && { edit }),
    ...(rate && { rate }),
    ...(limit && { limit }),
  };
  const made = await api.ask<Plan>('POST', '/redrives', body);
  if (options.json) return (out(stringifyExact(made)), 0);
  const rows = Object.entries(made.by_reason).map(([name, counts]) => [
    name,
    counts.matched,
    counts.would_pass,
    counts.would_fail,
  ]);
  for (const line of tableOf(['REASON', 'LETTERS', 'WOULD PASS', 'WOULD FAIL'], rows)) note(line);
  const failures = made.failures.map(({ reason: why, detail, count, example }) => [why, count, example, detail]);
  if (failures.length > 0)
    for (const line of tableOf(['WOULD FAIL BY', 'LETTERS', 'EXAMPLE', 'DETAIL'], failures)) note(line);
  if (made.counts.skipped > 0) note(`${made.counts.skipped} letters have a decision already and are skipped.`);
  if (made.partial) note('There may be more letters: run this plan, then plan again.');
  note('Run exactly this plan with sluice redrive run <hash>:');
  out(made.plan_hash);
  return 0;
}

/** @throws CommandError */
async function editIn(file: string): Promise<unknown> {
  const read = parseJson(await textOf(file));
  if (!read.ok) throw new CommandError(`--edit: ${read.detail}.`);
  const [change] = changesOf(read);
  if (change === undefined) return read.value;
  throw new CommandError(`--edit: ${change.pointer}: ${change.detail}`);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file === '-' ? '/dev/stdin' : file, 'utf8');
  } catch (error) {
    throw new CommandError(`--edit: ${(error as Error).message}.`);
  }
}

async function list({ json }: Options, api: ServiceApi, { out }: CommandOutput): Promise<number> {
  const answer = await api.ask<{ redrives: Redrive[] }>('GET', '/redrives');
  if (json) return (out(stringifyExact(answer)), 0);
  const rows = answer.redrives.map(({ id, state, created_at, actor, counts }) => [
    id,
    state,
    created_at,
    actor,
    counts.published,
    counts.refused,
  ]);
  for (const line of tableOf(['REDRIVE', 'STATE', 'STARTED', 'BY', 'PUBLISHED', 'REFUSED'], rows)) out(line);
  return 0;
}

/** Shows a redrive; with `--follow`, again and again until it is over and its events are handled. */
async function end(first: Redrive, options: Options, api: ServiceApi, { out, note }: CommandOutput): Promise<number> {
  let shown = first;
  for (let last = ''; options.follow && !isOver(shown);) {
    const line = lineOf(shown);
    if (line !== last) note(line);
    last = line;
    await sleep(FOLLOW_MS);
    shown = await api.ask<Redrive>('GET', `/redrives/${first.id}`);
  }
  out(options.json ? stringifyExact(shown) : lineOf(shown));
  return isOver(shown) && !isGood(shown) ? ENDED_BADLY : 0;
}

function isOver({ state, verdict }: Redrive): boolean {
  return state === 'failed' || (state !== 'running' && state !== 'paused' && verdict?.complete === true);
}

function isGood({ state, counts, verdict }: Redrive): boolean {
  return state === 'done' && counts.refused === 0 && counts.gone === 0 && verdict?.came_back === 0;
}

function lineOf({ id, state, counts, refused_by_reason, waiting_for, verdict }: Redrive): string {
  const refusals = Object.entries(refused_by_reason).map(([reason, count]) => `${reason} ${count}`);
  const refused = `${counts.refused} refused${refusals.length > 0 ? ` (${refusals.join(', ')})` : ''}`;
  const became =
    verdict === null ? '' : `; ${verdict.stored} stored, ${verdict.came_back} came back, ${verdict.waiting} waiting`;
  const wait = waiting_for === null ? '' : `, waits for ${waiting_for}`;
  const more = [
    counts.skipped > 0 && `${counts.skipped} decided before`,
    counts.gone > 0 && `${counts.gone} lost`,
  ].filter(Boolean);
  return `${id}  ${state}${wait}  ${[`${counts.published} published`, refused, ...more].join(', ')}${became}`;
}
