import type { Principal } from './principal.js';
import { hashOf, readTokenText } from './token-text.js';
import { isHeldBy, type Token } from './token.js';

/** Why a request has no principal. */
export type Refusal = 'missing' | 'malformed' | 'mistyped' | 'unknown';

/** All tokens, in memory: a check asks nobody. */
export class KnownTokens {
  private tokens = new Map<string, { token: Token; principal: Principal }>();

  get count(): number {
    return this.tokens.size;
  }

  /** From now on these are the tokens, and no others. */
  replace(tokens: readonly Token[]): void {
    this.tokens = new Map(tokens.map((token) => [token.id, { token, principal: principalOf(token) }]));
  }

  /**
   * A revoked token, an old one after its time and a wrong secret are all `unknown`: which of them is told to nobody.
   *
   * @param authorization the header of that name
   */
  authenticate(authorization: string | undefined, nowMs: number): Principal | Refusal {
    if (authorization === undefined) return 'missing';
    const [, text] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
    if (text === undefined) return 'malformed';
    const read = readTokenText(text);
    if ('fault' in read) return read.fault;
    const known = this.tokens.get(read.id);
    return known !== undefined && isHeldBy(known.token, hashOf(text), nowMs) ? known.principal : 'unknown';
  }
}

function principalOf({ id, holder, scopes }: Token): Principal {
  return { name: `token ${id}`, holders: [holder], scopes };
}
