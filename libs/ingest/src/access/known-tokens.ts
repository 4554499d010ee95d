import type { Principal } from './principal.js';
import { hashOf, readTokenText } from './token-text.js';
import { hasExpired, isClaimable, isHeldBy, type Token } from './token.js';

/** Why a request has no principal. */
export type TokenFault = 'missing' | 'malformed' | 'mistyped' | 'unknown';

/**
 * Why a valid token is no longer valid; `token-replaced`: it was rotated, and the grace period is over;
 * `token-expired`: its time is over.
 */
export type TokenEnd = 'token-deleted' | 'token-revoked' | 'token-replaced' | 'token-expired';

/** The header that a connection has sent last, and whose token is in it. */
interface ShownToken {
  authorization: string;
  principal: Principal;
  known: KnownToken;
  /** From then on it is looked at again. */
  untilMs: number;
}

export interface KnownToken {
  token: Token;
  principal: Principal;
  /** Milliseconds since 1970: when it was accepted last; 0: not since it is known here. */
  usedAtMs: number;
}

/** All tokens, in memory: a check makes no request. */
export class KnownTokens {
  private tokens = new Map<string, KnownToken>();
  /** Those that wait for their first text, by the hash of the code. */
  private claims = new Map<string, Token>();
  private shown = new WeakMap<object, ShownToken>();

  /** When each token was accepted last, of those that were accepted since this time. */
  usedSince(sinceMs: number): { id: string; atMs: number }[] {
    const used = [...this.tokens].filter(([, { usedAtMs }]) => usedAtMs > sinceMs);
    return used.map(([id, { usedAtMs: atMs }]) => ({ id, atMs }));
  }

  /** In the order of their ids, as the store lists them. */
  list(): KnownToken[] {
    return [...this.tokens.values()];
  }

  get count(): number {
    return this.tokens.size;
  }

  /** Replaces all tokens. */
  replace(tokens: readonly Token[]): void {
    const before = this.tokens;
    this.tokens = new Map(
      tokens.map((token) => {
        const usedAtMs = before.get(token.id)?.usedAtMs ?? 0;
        return [token.id, { token, principal: principalOf(token), usedAtMs }];
      }),
    );
    const waiting = tokens.filter(({ claim }) => claim !== undefined);
    this.claims = new Map(waiting.map((token) => [token.claim!.hash, token]));
    this.shown = new WeakMap();
  }

  /** The token that waits for the code with this hash. */
  claimable(hash: string, nowMs: number): Token | undefined {
    const token = this.claims.get(hash);
    return token !== undefined && isClaimable(token, nowMs) ? token : undefined;
  }

  /**
   * A revoked token, an old one after its grace period and a wrong secret are all `unknown`: the answer does not distinguish them.
   *
   * @param authorization the header of that name
   * @param connection on which it came: what that has shown before is not hashed again, until the tokens change
   */
  authenticate(authorization: string | undefined, nowMs: number, connection: object): Principal | TokenFault {
    if (authorization === undefined) return 'missing';
    const shown = this.shown.get(connection);
    if (shown?.authorization === authorization && nowMs < shown.untilMs) {
      shown.known.usedAtMs = nowMs;
      return shown.principal;
    }
    return this.check(authorization, nowMs, connection);
  }

  private check(authorization: string, nowMs: number, connection: object): Principal | TokenFault {
    const text = tokenIn(authorization);
    if (text === undefined) return 'malformed';
    const read = readTokenText(text);
    if ('fault' in read) return read.fault;
    const known = this.tokens.get(read.id);
    const hash = hashOf(text);
    if (known === undefined || !isHeldBy(known.token, hash, nowMs)) return 'unknown';
    const { token } = known;
    const principal = { ...known.principal, recheck: (atMs: number) => this.endOf(token.id, hash, atMs) };
    known.usedAtMs = nowMs;
    // A text that a rotation has replaced ends by time alone.
    const untilMs = token.expiresAtMs ?? Infinity;
    if (token.previous === undefined) this.shown.set(connection, { authorization, principal, known, untilMs });
    return principal;
  }

  /** Why a text that was valid is no longer valid. */
  private endOf(id: string, hash: string, nowMs: number): TokenEnd | undefined {
    const token = this.tokens.get(id)?.token;
    if (token === undefined) return 'token-deleted';
    if (token.revokedAtMs !== undefined) return 'token-revoked';
    if (hasExpired(token, nowMs)) return 'token-expired';
    return isHeldBy(token, hash, nowMs) ? undefined : 'token-replaced';
  }
}

/** The token of `Bearer <token>`, or the password of `Basic`, whose user name is free. */
function tokenIn(authorization: string): string | undefined {
  const [, scheme = '', credentials = ''] = /^(bearer|basic) +(\S+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== 'basic') return credentials === '' ? undefined : credentials;
  const login = Buffer.from(credentials, 'base64').toString('latin1');
  const [, password] = /^[^:]*:(\S+)$/.exec(login) ?? [];
  return password;
}

function principalOf({ id, holder, scopes }: Token): Principal {
  return { name: `token ${id}`, holders: [holder], scopes };
}
