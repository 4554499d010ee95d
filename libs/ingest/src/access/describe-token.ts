import { holderText, type Scope } from './holder.js';
import { hasExpired, isClaimable, type Token } from './token.js';

/** A token as people see it, without its secret. Times are RFC 3339. */
export interface TokenDescription {
  id: string;
  holder: string;
  scopes: readonly Scope[];
  created_at: string;
  expires_at: string | null;
  /** `unclaimed`: it waits for its device to send the code; without a code that still gets it, it is `expired`. */
  state: 'valid' | 'expired' | 'revoked' | 'unclaimed';
  /** Until when its code gets it, while it is unclaimed. */
  claim_until: string | null;
}

export function describeToken(token: Token, nowMs: number): TokenDescription {
  const { id, holder, scopes, createdAtMs, expiresAtMs, claim } = token;
  return {
    id,
    holder: holderText(holder),
    scopes,
    created_at: new Date(createdAtMs).toISOString(),
    expires_at: timeText(expiresAtMs),
    claim_until: timeText(claim?.untilMs),
    state: stateOf(token, nowMs),
  };
}

function stateOf(token: Token, nowMs: number): TokenDescription['state'] {
  if (token.revokedAtMs !== undefined) return 'revoked';
  if (token.claim !== undefined) return isClaimable(token, nowMs) ? 'unclaimed' : 'expired';
  return hasExpired(token, nowMs) ? 'expired' : 'valid';
}

/** RFC 3339, or `null` for no time. */
export function timeText(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
