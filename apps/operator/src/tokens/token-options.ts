import { parseArgs } from 'node:util';
import { parseTimestamp } from '@sluice/contracts';
import { deviceHolder, devicesHolder, type Holder, type Scope, SCOPES } from '@sluice/ingest';
import { CommandError } from '../command.js';

export const USAGE = `Manages tokens, for gateways with AUTH=tokens.

  create --device <device_id>     may send for this device; repeat it for a token for each device
  create --pattern <prefix*>      may send for every device with this prefix: 'lab-7:*'; can be repeated
  create --reader                 may read everything
  create --operator               may list, discard and redrive dead letters, and neither send nor read records
         --scope ingest|read      scope of the token instead of the default; can be repeated. With --operator: adds read
  create --csv <file>             one for each line device_id,scopes or pattern,scopes; prints device_id,token_id,token
         --expires 90d            expiry: a duration from now (s, m, h, d), or RFC 3339
  claim-code <device_id>          prints a one-time code for which the device fetches its own token: POST /tokens/claim
             --valid 24h          how long the code can be used: 1s to 30d
             --scope, --expires, --csv <file>   as with create; --csv prints device_id,token_id,claim_code
  list [--json]                   lists all tokens, without their secrets, with their last use to the hour
  rotate <id> [--grace 24h]       makes a new secret; the old one stays valid for the grace period (s, m, h or d)
  revoke <id>                     revokes it; takes effect within 10 seconds on every gateway
  revoke --pattern <prefix*>      revokes every token of the devices with this prefix; --device: of that device

Each token is printed once, on standard output, one a line in the order of the options. Only its SHA-256 is stored.`;

const COMMANDS = ['create', 'claim-code', 'list', 'rotate', 'revoke'] as const;
type Command = (typeof COMMANDS)[number];

/** Which commands an option belongs to, and whether it may be repeated there. */
const OPTIONS = {
  device: { type: 'string', of: ['create', 'revoke'], repeats: true },
  pattern: { type: 'string', of: ['create', 'revoke'], repeats: true },
  csv: { type: 'string', of: ['create', 'claim-code'], repeats: false },
  expires: { type: 'string', of: ['create', 'claim-code'], repeats: false },
  valid: { type: 'string', of: ['claim-code'], repeats: false },
  json: { type: 'boolean', of: ['list'], repeats: false },
  reader: { type: 'boolean', of: ['create'], repeats: false },
  operator: { type: 'boolean', of: ['create'], repeats: false },
  scope: { type: 'string', of: ['create', 'claim-code'], repeats: true },
  grace: { type: 'string', of: ['rotate'], repeats: false },
  help: { type: 'boolean', of: COMMANDS, repeats: true },
} as const;

/** Every value that was given for an option, in their order. */
export interface Options {
  device: string[];
  pattern: string[];
  reader: boolean[];
  operator: boolean[];
  csv: string[];
  expires: string[];
  valid: string[];
  json: boolean[];
  scope: string[];
  grace: string[];
  help: boolean[];
}

export function parse(args: readonly string[]): { values: Options; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { type }]) => [name, { type, multiple: true }] as const),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const none = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, []])) as unknown as Options;
    return { values: { ...none, ...(values as Partial<Options>) }, positionals };
  } catch (error) {
    throw wrong((error as Error).message.split('. ', 1)[0]!);
  }
}

const TAKES_WORD: readonly Command[] = ['claim-code', 'rotate', 'revoke'];

export function commandOf([name, ...more]: readonly string[]): [Command, string | undefined] {
  const command = COMMANDS.find((known) => known === name);
  if (command === undefined) throw wrong(name === undefined ? 'no command' : 'no such command');
  if (more.length > (TAKES_WORD.includes(command) ? 1 : 0)) throw wrong('too many words');
  return [command, more[0]];
}

/** An option that would be ignored is an error: the caller expects it to have an effect. */
export function requireOptionsOf(command: Command, values: Options): void {
  for (const [name, { of, repeats }] of Object.entries(OPTIONS)) {
    const { length } = values[name as keyof Options];
    if (length > 0 && !(of as readonly Command[]).includes(command)) {
      throw wrong(`--${name} is not an option of ${command}; it belongs to ${of.join(' and ')}`);
    }
    if (length > 1 && !repeats) throw wrong(`--${name} is given ${length} times; give it once`);
  }
}

/** All of them are checked before a token is made. */
export function holdersOf({ device, pattern, reader, operator }: Options): Holder[] {
  const given = [device, pattern, reader, operator].filter((values) => values.length > 0);
  if (reader.length > 0 && operator.length > 0) {
    throw wrong('one token has one holder: for an operator that also reads records, give --operator --scope read');
  }
  if (given.length !== 1) throw wrong('give one of --device, --pattern, --reader and --operator');
  const twice = [...device, ...pattern].find((name, index, all) => all.indexOf(name) !== index);
  if (twice !== undefined) throw wrong(`${twice} is named twice; name it once`);
  if (reader.length > 0) return [{ kind: 'readers' }];
  if (operator.length > 0) return [{ kind: 'operators' }];
  return [...device.map(deviceOf), ...pattern.map(devicesOf)];
}

export function deviceOf(id: string): Holder {
  const holder = deviceHolder(id);
  if (holder === undefined) {
    throw wrong(`"${id}" is not a device_id: 1 to 128 printable ASCII characters without " * , < > \\`);
  }
  return holder;
}

function devicesOf(pattern: string): Holder {
  const holder = devicesHolder(pattern);
  if (holder === undefined) {
    throw wrong(`"${pattern}" is not a pattern: give a prefix of device ids and one * at its end`);
  }
  return holder;
}

export function scopesIn(scope: readonly string[]): Scope[] | undefined {
  if (scope.length === 0) return undefined;
  const unknown = scope.find((name) => name !== 'ingest' && name !== 'read');
  if (unknown !== undefined) throw wrong(`"${unknown}" is not a scope here: a scope is ingest or read`);
  return SCOPES.filter((name) => scope.includes(name));
}

export function scopesOf({ scope, device, pattern, operator }: Options): Scope[] | undefined {
  if (scope.length === 0) return undefined;
  const scopes = SCOPES.filter((name) => scope.includes(name) || (name === 'operate' && operator.length > 0));
  const unknown = scope.find((name) => !SCOPES.includes(name as Scope));
  if (unknown !== undefined) throw wrong(`"${unknown}" is not a scope: a scope is ingest or read`);
  if (scopes.includes('operate') && operator.length === 0) throw wrong('for the scope operate, give --operator');
  if (device.length + pattern.length === 0 && scopes.includes('ingest')) {
    throw wrong('readers and operators do not send: --scope ingest needs a device or a pattern');
  }
  return scopes;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `24h`, `7d`, `0s` */
export function msOf(option: string, duration: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(duration) ?? [];
  if (count === undefined) throw wrong(`--${option} must be a duration like 30m, 24h or 7d`);
  return Number(count) * UNITS[unit!]!;
}

const MAX_VALID_MS = 30 * UNITS['d']!;

/** How long a claim code can be used. */
export function validMsOf(text = '24h'): number {
  const ms = msOf('valid', text);
  if (ms < 1 || ms > MAX_VALID_MS) throw wrong('--valid must be from 1s to 30d');
  return ms;
}

/** A time from now, or RFC 3339. */
export function expiryOf(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const instantMs = parseTimestamp(text) ?? nowMs + msOf('expires', text);
  if (instantMs <= nowMs) throw wrong('--expires is in the past');
  return instantMs;
}

export function wrong(what: string): CommandError {
  return new CommandError(`${what}.\n\n${USAGE}`);
}
