import { defaultScopesOf, HOLDER_KINDS, SCOPES, type Holder, type Scope } from './holder.js';
import { mintClaimCode } from './claim-code.js';
import { isSameHash, mintToken } from './token-text.js';

/** The stored part of a token. It cannot be used as a token. Times are in milliseconds since 1970. */
export interface Token {
  id: string;
  /** 1, and one more with each change. */
  version: number;
  holder: Holder;
  scopes: readonly Scope[];
  /** SHA-256 of the token's text; empty while the token is unclaimed: then it grants no access. */
  hash: string;
  createdAtMs: number;
  /** The text that a rotation has replaced is valid until then. */
  previous?: { hash: string; untilMs: number };
  revokedAtMs?: number;
  /** The token expires then; absent: it never expires. */
  expiresAtMs?: number;
  /** Who sends the code with this SHA-256 before that time gets the text of the token, once. */
  claim?: { hash: string; untilMs: number };
}

/** A token that was changed, and the text that is to be passed on once. */
export interface IssuedToken {
  token: Token;
  text: string;
}

export function issueToken(
  holder: Holder,
  nowMs: number,
  scopes: readonly Scope[] = defaultScopesOf(holder),
  expiresAtMs?: number,
): IssuedToken {
  const { id, text, hash } = mintToken();
  const expiry = expiresAtMs === undefined ? {} : { expiresAtMs };
  return { token: { id, version: 1, holder, scopes, hash, createdAtMs: nowMs, ...expiry }, text };
}

/** A token without a text: its device gets one for the code. */
export function issueClaimable(
  holder: Holder,
  nowMs: number,
  validMs: number,
  { scopes = defaultScopesOf(holder), expiresAtMs }: { scopes?: readonly Scope[]; expiresAtMs?: number } = {},
): { token: Token; code: string } {
  const { text: code, hash } = mintClaimCode();
  const { token } = issueToken(holder, nowMs, scopes, expiresAtMs);
  return { token: { ...token, hash: '', claim: { hash, untilMs: nowMs + validMs } }, code };
}

/** Whether its code, if it has one, still gets it. */
export function isClaimable({ claim, revokedAtMs, ...token }: Token, nowMs: number): boolean {
  return claim !== undefined && revokedAtMs === undefined && nowMs < claim.untilMs && !hasExpired(token, nowMs);
}

/** The token with its first text. The code is used up when this is stored. */
export function claimToken({ claim, ...token }: Token): IssuedToken {
  void claim;
  const { text, hash } = mintToken(token.id);
  return { token: { ...token, version: token.version + 1, hash }, text };
}

/**
 * The same token with a new text. The old one stays valid for the grace period; one that was replaced before ends at once,
 * and so does a code that would have got one.
 */
export function rotateToken({ claim, ...token }: Token, nowMs: number, graceMs: number): IssuedToken {
  void claim;
  const { text, hash } = mintToken(token.id);
  const previous = { hash: token.hash, untilMs: nowMs + graceMs };
  return { token: { ...token, version: token.version + 1, hash, previous }, text };
}

/** Once revoked, a token never comes back. */
export function revokeToken(token: Token, nowMs: number): Token {
  return { ...token, version: token.version + 1, revokedAtMs: token.revokedAtMs ?? nowMs };
}

export function hasExpired({ expiresAtMs = Infinity }: Pick<Token, 'expiresAtMs'>, nowMs: number): boolean {
  return nowMs >= expiresAtMs;
}

/** Whether a text with this hash is, now, the token's. */
export function isHeldBy(token: Token, hash: string, nowMs: number): boolean {
  if (token.revokedAtMs !== undefined || hasExpired(token, nowMs)) return false;
  if (isSameHash(hash, token.hash)) return true;
  const { previous } = token;
  return previous !== undefined && nowMs < previous.untilMs && isSameHash(hash, previous.hash);
}

/** The members of a stored token besides its id and its version. */
type TokenContent = Omit<Token, 'id' | 'version'>;

/** @returns `undefined` if this version did not write the token: it grants no access */
export function tokenFrom({
  id,
  version,
  content,
}: {
  id: string;
  version: number;
  content: object;
}): Token | undefined {
  const token = { ...(content as TokenContent), id, version };
  const isReadable =
    typeof token.hash === 'string' &&
    HOLDER_KINDS.includes(token.holder?.kind) &&
    Array.isArray(token.scopes) &&
    token.scopes.every((scope) => SCOPES.includes(scope));
  return isReadable ? token : undefined;
}
