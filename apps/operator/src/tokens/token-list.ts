import { describeToken, timeText, tokenFrom } from '@sluice/ingest';
import type { StoredToken, TokenStore } from '@sluice/record-store';
import type { CommandOutput } from '../command.js';
import { tableOf } from '../table.js';

interface ListedToken {
  id: string;
  holder: string;
  scopes: readonly string[];
  created_at: string | null;
  expires_at: string | null;
  /** Within an hour; `null`: not since this is written down. */
  last_used_at: string | null;
  /** `valid`, `expired`, `revoked`, or `unreadable` for a token of another version, which grants no access. */
  state: string;
  revoked_at: string | null;
  old_secret_until: string | null;
  /** Until when its code gets it, while it is unclaimed. */
  claim_until: string | null;
}

/** All tokens, without their secrets: a table on a terminal, else one line each; or JSON. */
export async function listTokens(
  store: TokenStore,
  nowMs: number,
  json: boolean,
  output: CommandOutput,
): Promise<void> {
  const uses = await store.lastUses();
  const tokens = (await store.list()).map((stored) => listed(stored, uses.get(stored.id), nowMs));
  if (json) return output.out(JSON.stringify({ tokens }));
  if (tokens.length === 0) return output.note('There are no tokens; sluice tokens create makes one.');
  if (output.isTerminal) for (const line of tableOf(HEAD, tokens.map(rowOf))) output.out(line);
  else for (const token of tokens) output.out(lineOf(token));
}

function listed(stored: StoredToken, usedMs: number | undefined, nowMs: number): ListedToken {
  const token = tokenFrom(stored);
  const last_used_at = timeText(usedMs);
  if (token === undefined) {
    const unknown = { created_at: null, expires_at: null, revoked_at: null, old_secret_until: null, claim_until: null };
    return { id: stored.id, holder: '', scopes: [], ...unknown, last_used_at, state: 'unreadable' };
  }
  const { revokedAtMs, previous } = token;
  const { state, ...described } = describeToken(token, nowMs);
  return {
    ...described,
    last_used_at,
    state,
    revoked_at: timeText(revokedAtMs),
    old_secret_until: previous !== undefined && previous.untilMs > nowMs ? timeText(previous.untilMs) : null,
  };
}

const HEAD = ['ID', 'FOR', 'SCOPES', 'CREATED', 'EXPIRES', 'LAST USED', 'STATE'];

function rowOf(token: ListedToken): unknown[] {
  const { id, holder, scopes, created_at, expires_at, last_used_at } = token;
  return [id, holder, scopes.join('+'), created_at, expires_at, last_used_at, stateOf(token)];
}

function lineOf(token: ListedToken): string {
  const { id, holder, scopes, created_at, last_used_at } = token;
  if (token.state === 'unreadable') return `${id}  of another version: grants no access`;
  const used = last_used_at === null ? [] : [`used ${last_used_at}`];
  return [id, holder, scopes.join('+'), `created ${created_at}`, stateOf(token), ...used].join('  ');
}

function stateOf({ state, revoked_at, expires_at, old_secret_until, claim_until }: ListedToken): string {
  if (state === 'revoked') return `revoked ${revoked_at}`;
  if (state === 'unclaimed') return `unclaimed until ${claim_until}`;
  if (state === 'expired') return claim_until === null ? `expired ${expires_at}` : `not claimed until ${claim_until}`;
  const until = expires_at === null ? '' : ` until ${expires_at}`;
  return `${state}${state === 'valid' ? until : ''}${old_secret_until === null ? '' : `, old secret until ${old_secret_until}`}`;
}
