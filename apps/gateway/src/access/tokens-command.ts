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
} from '#access';
import type { JsonObject } from '#contracts';
import type { StoredToken, TokenStore } from '#record-store';

export const USAGE = `Tokens, for gateways that run with AUTH=tokens.

  create --device <device_id>     may send for this device
  create --pattern <prefix*>      may send for every device whose id begins so: 'lab-7:*'
  create --reader                 may read everything
         --scope ingest|read      what else or instead; more than once for both
  list                            all tokens, without their secrets
  rotate <id> [--grace 24h]       a new secret; the old one stays good for the grace (s, m, h or d; 24h if left out)
  revoke <id>                     good for nothing within 10 seconds, on every gateway

The token itself is printed once, on standard output, and kept nowhere: only its SHA-256 is.`;

/** What a person has to change in the command. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code = 'wrong-command';
}

export interface CommandOutput {
  /** The result: a token, or the list. */
  out(line: string): void;
  /** What a person is to know besides. */
  note(line: string): void;
}

/** @throws CommandError, RecordStoreError */
export async function runTokensCommand(
  args: readonly string[],
  store: TokenStore,
  nowMs: number,
  output: CommandOutput,
): Promise<void> {
  const { values, positionals } = parse(args);
  const [command, id, ...more] = positionals;
  if (more.length > 0 || (id !== undefined && (command === 'create' || command === 'list')))
    throw wrong('too many words');
  if (values.help === true) return output.out(USAGE);
  switch (command) {
    case 'create':
      return create(issueToken(holderOf(values), nowMs, scopesOf(values)), store, output);
    case 'list':
      return show(await store.list(), nowMs, output);
    case 'rotate':
      return rotate(rotateToken(await live(id, store), nowMs, msOf(values.grace ?? '24h')), store, output);
    case 'revoke':
      return revoke(await live(id, store), store, nowMs, output);
    default:
      throw wrong(command === undefined ? 'no command' : 'no such command');
  }
}

interface Options {
  device?: string | undefined;
  pattern?: string | undefined;
  reader?: boolean | undefined;
  scope?: string[] | undefined;
  grace?: string | undefined;
  help?: boolean | undefined;
}

function parse(args: readonly string[]): { values: Options; positionals: string[] } {
  const options = {
    device: { type: 'string' },
    pattern: { type: 'string' },
    reader: { type: 'boolean' },
    scope: { type: 'string', multiple: true },
    grace: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw wrong((error as Error).message.split('. ', 1)[0]!);
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

function holderOf({ device, pattern, reader }: Options): Holder {
  const given = [device, pattern, reader].filter((value) => value !== undefined);
  if (given.length !== 1) throw wrong('say for whom: one of --device, --pattern and --reader');
  if (reader === true) return { kind: 'readers' };
  const holder = device === undefined ? devicesHolder(pattern!) : deviceHolder(device);
  if (holder !== undefined) return holder;
  throw wrong(
    device === undefined
      ? 'a pattern is the beginning of device ids and one * at its end'
      : 'a device_id has 1 to 128 letters, digits and . _ : -',
  );
}

function scopesOf({ scope, reader }: Options): Scope[] | undefined {
  if (scope === undefined) return undefined;
  const scopes = SCOPES.filter((name) => scope.includes(name));
  if (scope.some((name) => !SCOPES.includes(name as Scope))) throw wrong('a scope is ingest or read');
  if (reader === true && scopes.includes('ingest'))
    throw wrong('readers do not send: --scope ingest needs a device or a pattern');
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
