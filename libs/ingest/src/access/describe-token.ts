import { holderText, type Scope } from './holder.js';
import { hasExpired, type Token } from './token.js';

/** A token as people see it, without its secret. Times are RFC 3339. */
export interface TokenDescription {
  id: string;
  holder: string;
  scopes: readonly Scope[];
  created_at: string;
  expires_at: string | null;
  state: 'valid' | 'expired' | 'revoked';
}

export function describeToken(token: Token, nowMs: number): TokenDescription {
  const { id, holder, scopes, createdAtMs, expiresAtMs, revokedAtMs } = token;
  const end = hasExpired(token, nowMs) ? 'expired' : 'valid';
  return {
    id,
    holder: holderText(holder),
    scopes,
    created_at: new Date(createdAtMs).toISOString(),
    expires_at: timeText(expiresAtMs),
    state: revokedAtMs === undefined ? end : 'revoked',
  };
}

/** RFC 3339, or `null` for no time. */
export function timeText(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
