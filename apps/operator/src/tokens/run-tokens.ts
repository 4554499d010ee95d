import { parseArgs } from 'node:util';
import {
  deviceHolder,
  devicesHolder,
  holderText,
  issueToken,
  revokeToken,
  rotateToken,
  SCOPES,
  tokenFrom,
  type Holder,
  type IssuedToken,
  type Scope,
  type Token,
} from '@sluice/ingest';
import type { JsonObject } from '@sluice/contracts';
import type { StoredToken, TokenStore } from '@sluice/record-store';
import { CommandError, type CommandOutput } from '../command.js';

export const USAGE = `Tokens, for gateways that run with AUTH=tokens.

  create --device <device_id>     may send for this device; --device again: one more token, for that device
  create --pattern <prefix*>      may send for every device whose id begins so: 'lab-7:*'; repeats like --device
  create --reader                 may read everything
  create --operator               may list, discard and redrive dead letters, and neither send nor read records
         --scope ingest|read      what the token is for, instead of that; repeat it for both. With --operator: adds read
  list                            all tokens, without their secrets
  rotate <id> [--grace 24h]       a new secret; the old one stays good for the grace (s, m, h or d; 24h if left out)
  revoke <id>                     good for nothing within 10 seconds, on every gateway

Each token is printed once, on standard output, one a line in the order of the options. Only its SHA-256 is kept.`;

const COMMANDS = ['create', 'list', 'rotate', 'revoke'] as const;
type Command = (typeof COMMANDS)[number];

/** Which commands an option belongs to, and whether it may be repeated there. */
const OPTIONS = {
  device: { type: 'string', of: ['create'], repeats: true },
  pattern: { type: 'string', of: ['create'], repeats: true },
  reader: { type: 'boolean', of: ['create'], repeats: false },
  operator: { type: 'boolean', of: ['create'], repeats: false },
  scope: { type: 'string', of: ['create'], repeats: true },
  grace: { type: 'string', of: ['rotate'], repeats: false },
  help: { type: 'boolean', of: COMMANDS, repeats: true },
} as const;

/**
 * Prints a token or the list as the result, and what the operator should know as notes.
 *
 * @throws CommandError, RecordStoreError
 */
export async function runTokens(
  args: readonly string[],
  store: TokenStore,
  nowMs: number,
  output: CommandOutput,
): Promise<void> {
  const { values, positionals } = parse(args);
  if (values.help.length > 0) return output.out(USAGE);
  const [command, id] = commandOf(positionals);
  requireOptionsOf(command, values);
  switch (command) {
    case 'create':
      for (const holder of holdersOf(values)) await create(issueToken(holder, nowMs, scopesOf(values)), store, output);
      return;
    case 'list':
      return show(await store.list(), nowMs, output);
    case 'rotate':
      return rotate(rotateToken(await live(id, store), nowMs, msOf(values.grace[0] ?? '24h')), store, output);
    case 'revoke':
      return revoke(await live(id, store), store, nowMs, output);
  }
}

/** Every value that was given for an option, in their order. */
interface Options {
  device: string[];
  pattern: string[];
  reader: boolean[];
  operator: boolean[];
  scope: string[];
  grace: string[];
  help: boolean[];
}

function parse(args: readonly string[]): { values: Options; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { type }]) => [name, { type, multiple: true }] as const),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const none: Options = { device: [], pattern: [], reader: [], operator: [], scope: [], grace: [], help: [] };
    return { values: { ...none, ...(values as Partial<Options>) }, positionals };
  } catch (error) {
    throw wrong((error as Error).message.split('. ', 1)[0]!);
  }
}

function commandOf([name, ...more]: readonly string[]): [Command, string | undefined] {
  const command = COMMANDS.find((known) => known === name);
  if (command === undefined) throw wrong(name === undefined ? 'no command' : 'no such command');
  if (more.length > (command === 'rotate' || command === 'revoke' ? 1 : 0)) throw wrong('too many words');
  return [command, more[0]];
}

/** An option that would be ignored is an error: the caller expects it to have an effect. */
function requireOptionsOf(command: Command, values: Options): void {
  for (const [name, { of, repeats }] of Object.entries(OPTIONS)) {
    const { length } = values[name as keyof Options];
    if (length > 0 && !(of as readonly Command[]).includes(command)) {
      throw wrong(`--${name} is no option of ${command}; it belongs to ${of.join(' and ')}`);
    }
    if (length > 1 && !repeats) throw wrong(`--${name} is given ${length} times; give it once`);
  }
}

async function create({ token, text }: IssuedToken, store: TokenStore, output: CommandOutput): Promise<void> {
  await put(token, store);
  output.note(
    `Token ${token.id} for ${holderText(token.holder)}, scopes ${token.scopes.join(' and ')}. It is shown this once:`,
  );
  output.out(text);
}

async function rotate({ token, text }: IssuedToken, store: TokenStore, output: CommandOutput): Promise<void> {
  await put(token, store);
  const until = new Date(token.previous!.untilMs).toISOString();
  output.note(`New secret of token ${token.id}; the old one is good until ${until}. It is shown this once:`);
  output.out(text);
}

async function revoke(token: Token, store: TokenStore, nowMs: number, output: CommandOutput): Promise<void> {
  await put(revokeToken(token, nowMs), store);
  output.note(`Token ${token.id} is revoked: within 10 seconds no gateway takes it.`);
}

async function put({ id, version, ...content }: Token, store: TokenStore): Promise<void> {
  const isStored = await store.put({ id, version, content: content as unknown as JsonObject });
  if (!isStored)
    throw new CommandError('Somebody else has changed this token meanwhile; look at the list and try again.');
}

function show(stored: readonly StoredToken[], nowMs: number, output: CommandOutput): void {
  for (const one of stored) {
    const token = tokenFrom(one);
    output.out(token === undefined ? `${one.id}  of another version: lets nobody in` : lineOf(token, nowMs));
  }
}

async function live(id: string | undefined, store: TokenStore): Promise<Token> {
  if (id === undefined) throw wrong('which token? Give its id');
  const stored = (await store.list()).find((one) => one.id === id);
  const token = stored && tokenFrom(stored);
  if (token === undefined) throw new CommandError('There is no token with this id; list shows all ids.');
  if (token.revokedAtMs !== undefined)
    throw new CommandError(`Token ${id} is revoked already; create makes a new one.`);
  return token;
}

function lineOf({ id, holder, scopes, createdAtMs, previous, revokedAtMs }: Token, nowMs: number): string {
  const dateOf = (ms: number): string => new Date(ms).toISOString();
  const old =
    previous !== undefined && previous.untilMs > nowMs ? `, old secret until ${dateOf(previous.untilMs)}` : '';
  const state = revokedAtMs === undefined ? `valid${old}` : `revoked ${dateOf(revokedAtMs)}`;
  return [id, holderText(holder), scopes.join('+'), `created ${dateOf(createdAtMs)}`, state].join('  ');
}

/** All of them are checked before a token is made. */
function holdersOf({ device, pattern, reader, operator }: Options): Holder[] {
  const given = [device, pattern, reader, operator].filter((values) => values.length > 0);
  if (given.length !== 1) throw wrong('say for whom: one of --device, --pattern, --reader and --operator');
  const twice = [...device, ...pattern].find((name, index, all) => all.indexOf(name) !== index);
  if (twice !== undefined) throw wrong(`${twice} is named twice; name it once`);
  if (reader.length > 0) return [{ kind: 'readers' }];
  if (operator.length > 0) return [{ kind: 'operators' }];
  return [...device.map(deviceOf), ...pattern.map(devicesOf)];
}

function deviceOf(id: string): Holder {
  const holder = deviceHolder(id);
  if (holder === undefined) throw wrong(`"${id}" is no device_id: 1 to 128 letters, digits and . _ : -`);
  return holder;
}

function devicesOf(pattern: string): Holder {
  const holder = devicesHolder(pattern);
  if (holder === undefined) {
    throw wrong(`"${pattern}" is no pattern: give the beginning of device ids and one * at its end`);
  }
  return holder;
}

function scopesOf({ scope, device, pattern, operator }: Options): Scope[] | undefined {
  if (scope.length === 0) return undefined;
  const scopes = SCOPES.filter((name) => scope.includes(name) || (name === 'operate' && operator.length > 0));
  const unknown = scope.find((name) => !SCOPES.includes(name as Scope));
  if (unknown !== undefined) throw wrong(`"${unknown}" is no scope: a scope is ingest or read`);
  if (scopes.includes('operate') && operator.length === 0) throw wrong('for the scope operate, give --operator');
  if (device.length + pattern.length === 0 && scopes.includes('ingest')) {
    throw wrong('readers and operators do not send: --scope ingest needs a device or a pattern');
  }
  return scopes;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `24h`, `7d`, `0s` */
function msOf(duration: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(duration) ?? [];
  if (count === undefined) throw wrong('--grace is a time like 30m, 24h or 7d');
  return Number(count) * UNITS[unit!]!;
}

function wrong(what: string): CommandError {
  return new CommandError(`${what}.\n\n${USAGE}`);
}
