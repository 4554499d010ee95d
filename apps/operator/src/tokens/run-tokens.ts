import {
  holderText,
  issueClaimable,
  issueToken,
  revokeToken,
  rotateToken,
  speaksFor,
  tokenFrom,
  type Holder,
  type IssuedToken,
  type Scope,
  type Token,
} from '@sluice/ingest';
import type { JsonObject } from '@sluice/contracts';
import type { TokenStore } from '@sluice/record-store';
import { CommandError, type CommandOutput } from '../command.js';
import { readTokenCsv } from './token-csv.js';
import { listTokens } from './token-list.js';
import {
  commandOf,
  deviceOf,
  expiryOf,
  holdersOf,
  msOf,
  type Options,
  parse,
  requireOptionsOf,
  scopesIn,
  scopesOf,
  USAGE,
  validMsOf,
  wrong,
} from './token-options.js';

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
      return createAll(values, store, nowMs, output);
    case 'claim-code':
      return makeClaimCodes(id, values, store, nowMs, output);
    case 'list':
      return listTokens(store, nowMs, values.json.length > 0, output);
    case 'rotate':
      return rotate(rotateToken(await live(id, store), nowMs, msOf('grace', values.grace[0] ?? '24h')), store, output);
    case 'revoke':
      return id === undefined && values.device.length + values.pattern.length > 0
        ? revokeAll(holdersOf(values), store, nowMs, output)
        : revoke(await liveAlone(id, values, store), store, nowMs, output);
  }
}

async function createAll(values: Options, store: TokenStore, nowMs: number, output: CommandOutput): Promise<void> {
  const expiresAtMs = expiryOf(values.expires[0], nowMs);
  if (values.csv.length > 0) return createFromCsv(values, store, nowMs, output);
  for (const holder of holdersOf(values)) {
    await create(issueToken(holder, nowMs, scopesOf(values), expiresAtMs), store, output);
  }
}

async function createFromCsv(values: Options, store: TokenStore, nowMs: number, output: CommandOutput): Promise<void> {
  const others = [values.device, values.pattern, values.reader, values.operator].some(({ length }) => length > 0);
  if (others) throw wrong('--csv names the devices: leave the other options out');
  const [scopes, expiresAtMs] = [scopesIn(values.scope), expiryOf(values.expires[0], nowMs)];
  const wanted = await readTokenCsv(values.csv[0]!);
  output.out('device_id,token_id,token');
  for (const { holder, scopes: own } of wanted) {
    const { token, text } = issueToken(holder, nowMs, own ?? scopes, expiresAtMs);
    await put(token, store);
    output.out(`${nameOf(holder)},${token.id},${text}`);
  }
  output.note(`${wanted.length} tokens. They are not shown again.`);
}

/** One code for a device, or one for each line of a file. */
async function makeClaimCodes(
  device: string | undefined,
  values: Options,
  store: TokenStore,
  nowMs: number,
  output: CommandOutput,
): Promise<void> {
  const [validMs, expiresAtMs] = [validMsOf(values.valid[0]), expiryOf(values.expires[0], nowMs)];
  const scopes = scopesIn(values.scope);
  const isFile = values.csv.length > 0;
  if (isFile === (device !== undefined)) throw wrong('give one device_id, or --csv with a file of them');
  const wanted = isFile ? await readTokenCsv(values.csv[0]!) : [{ holder: deviceOf(device!), scopes }];
  if (isFile) output.out('device_id,token_id,claim_code');
  for (const { holder, scopes: own } of wanted) {
    const { token, code } = issueClaimable(holder, nowMs, validMs, claimOptions(own ?? scopes, expiresAtMs));
    await put(token, store);
    output.out(isFile ? `${nameOf(holder)},${token.id},${code}` : code);
  }
  const until = new Date(nowMs + validMs).toISOString();
  const count = wanted.length === 1 ? 'The code works' : `${wanted.length} codes. Each works`;
  output.note(`${count} once, until ${until}, and is not shown again. The device sends it to POST /tokens/claim.`);
}

function claimOptions(scopes: readonly Scope[] | undefined, expiresAtMs: number | undefined) {
  return { ...(scopes !== undefined && { scopes }), ...(expiresAtMs !== undefined && { expiresAtMs }) };
}

function nameOf(holder: Holder): string {
  if (holder.kind === 'device') return holder.deviceId;
  return holder.kind === 'devices' ? `${holder.prefix}*` : holder.kind;
}

async function create({ token, text }: IssuedToken, store: TokenStore, output: CommandOutput): Promise<void> {
  await put(token, store);
  output.note(
    `Token ${token.id} for ${holderText(token.holder)}, scopes ${token.scopes.join(' and ')}. It is not shown again:`,
  );
  output.out(text);
}

async function rotate({ token, text }: IssuedToken, store: TokenStore, output: CommandOutput): Promise<void> {
  await put(token, store);
  const until = new Date(token.previous!.untilMs).toISOString();
  output.note(`New secret of token ${token.id}; the old one is valid until ${until}. It is not shown again:`);
  output.out(text);
}

async function revoke(token: Token, store: TokenStore, nowMs: number, output: CommandOutput): Promise<void> {
  await put(revokeToken(token, nowMs), store);
  output.note(`Token ${token.id} is revoked: within 10 seconds no gateway accepts it.`);
}

async function put({ id, version, ...content }: Token, store: TokenStore): Promise<void> {
  const isStored = await store.put({ id, version, content: content as unknown as JsonObject });
  if (!isStored) throw new CommandError('Another user has changed this token meanwhile; check the list and try again.');
}

/** Every token of these devices, and of patterns within these patterns, that is not revoked. */
async function revokeAll(
  holders: readonly Holder[],
  store: TokenStore,
  nowMs: number,
  output: CommandOutput,
): Promise<void> {
  const tokens = (await store.list()).map(tokenFrom).filter((token) => token !== undefined);
  const meant = tokens.filter(
    ({ holder, revokedAtMs }) => revokedAtMs === undefined && holders.some((each) => covers(each, holder)),
  );
  for (const token of meant) {
    await put(revokeToken(token, nowMs), store);
    output.out(`${token.id}  ${holderText(token.holder)}`);
  }
  const after = meant.length === 0 ? '' : ': within 10 seconds no gateway accepts them';
  output.note(`${meant.length} tokens are revoked${after}.`);
}

function covers(pattern: Holder, holder: Holder): boolean {
  if (holder.kind === 'device') return speaksFor(pattern, holder.deviceId);
  return pattern.kind === 'devices' && holder.kind === 'devices' && holder.prefix.startsWith(pattern.prefix);
}

async function liveAlone(id: string | undefined, { device, pattern }: Options, store: TokenStore): Promise<Token> {
  if (device.length + pattern.length > 0) throw wrong('give an id, or --device or --pattern, not both');
  return live(id, store);
}

async function live(id: string | undefined, store: TokenStore): Promise<Token> {
  if (id === undefined) throw wrong('which token? Give its id');
  const stored = (await store.list()).find((one) => one.id === id);
  const token = stored && tokenFrom(stored);
  if (token === undefined) throw new CommandError('There is no token with this id; list shows all ids.');
  if (token.revokedAtMs !== undefined)
    throw new CommandError(`Token ${id} is already revoked; create makes a new one.`);
  return token;
}
