import { describe, expect, it } from '@jest/globals';
import type { Holder } from './holder.js';
import { KnownTokens } from './known-tokens.js';
import { mintToken, readTokenText, TOKEN_PATTERN } from './token-text.js';
import { issueToken, revokeToken, rotateToken, tokenFrom, type Token } from './token.js';

const NOW_MS = Date.parse('2025-09-09T17:00:00Z');
const DEVICE: Holder = { kind: 'device', deviceId: 'dev-2' };
const READERS: Holder = { kind: 'readers' };

function knowing(...tokens: Token[]): KnownTokens {
  const known = new KnownTokens();
  known.replace(tokens);
  return known;
}

describe('The text of a token', () => {
  it('The text of a token begins so that a scanner finds it, and is never the same twice', () => {
    const texts = Array.from({ length: 50 }, () => mintToken().text);
    for (const text of texts) expect(text).toMatch(TOKEN_PATTERN);
    expect(new Set(texts).size).toBe(50);
  });

  it('The text of a token is distinguished from a mistyped one, wherever the typing error is', () => {
    const { id, text } = mintToken();
    expect(readTokenText(text)).toEqual({ id });
    for (let at = 'sluice_'.length; at < text.length; at++) {
      if (text[at] === '_') continue;
      const slip = text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);
      expect(readTokenText(slip)).toEqual({ fault: 'mistyped' });
    }
  });

  it.each(['', 'sluice_', 'abc', 'sluice_0123456789ab_short_00000000', `${mintToken().text}0`, `x${mintToken().text}`])(
    'The text of a token is malformed as %j',
    (text) => expect(readTokenText(text)).toEqual({ fault: 'malformed' }),
  );

  it('The text of a token is not part of the stored token', () => {
    const { token, text } = issueToken(DEVICE, NOW_MS);
    const secret = text.split('_')[2]!;
    expect(JSON.stringify(token)).not.toContain(secret);
    expect(JSON.stringify(rotateToken(token, NOW_MS, 1000).token)).not.toContain(secret);
  });
});

describe('KnownTokens', () => {
  it('KnownTokens know who holds a token', () => {
    const { token, text } = issueToken(DEVICE, NOW_MS);
    expect(knowing(token).authenticate(`Bearer ${text}`, NOW_MS, {})).toMatchObject({
      name: `token ${token.id}`,
      holders: [DEVICE],
      scopes: ['ingest'],
    });
    expect(knowing(token).authenticate(`bearer ${text}`, NOW_MS, {})).toMatchObject({ holders: [DEVICE] });
  });

  it.each([
    [undefined, 'missing'],
    ['', 'malformed'],
    ['Basic dXNlcjpzZWNyZXQ=', 'malformed'],
    ['Bearer', 'malformed'],
    ['Bearer something-else', 'malformed'],
    [`Bearer ${mintToken().text} and more`, 'malformed'],
    [`Bearer ${mintToken().text}`, 'unknown'],
  ])('KnownTokens answer %j with %s', (authorization, refusal) => {
    expect(knowing().authenticate(authorization, NOW_MS, {})).toBe(refusal);
  });

  it('KnownTokens refuse another secret under a known id', () => {
    const { token } = issueToken(DEVICE, NOW_MS);
    const guess = mintToken(token.id).text;
    expect(knowing(token).authenticate(`Bearer ${guess}`, NOW_MS, {})).toBe('unknown');
  });

  it('KnownTokens accept the old and the new text until the grace period is over, and only the new one from then on', () => {
    const first = issueToken(DEVICE, NOW_MS);
    const second = rotateToken(first.token, NOW_MS, 1000);
    const known = knowing(second.token);
    const isTaken = (text: string, nowMs: number) =>
      typeof known.authenticate(`Bearer ${text}`, nowMs, {}) === 'object';
    expect([isTaken(first.text, NOW_MS + 999), isTaken(second.text, NOW_MS + 999)]).toEqual([true, true]);
    expect([isTaken(first.text, NOW_MS + 1000), isTaken(second.text, NOW_MS + 1000)]).toEqual([false, true]);
  });

  it('KnownTokens accept neither text of a token that was revoked', () => {
    const first = issueToken(DEVICE, NOW_MS);
    const second = rotateToken(first.token, NOW_MS, 1000);
    const known = knowing(revokeToken(second.token, NOW_MS));
    for (const { text } of [first, second]) expect(known.authenticate(`Bearer ${text}`, NOW_MS, {})).toBe('unknown');
  });

  it('KnownTokens ask no connection twice for the same token, and each again when the tokens change', () => {
    const [own, other] = [issueToken(DEVICE, NOW_MS), issueToken(READERS, NOW_MS)];
    const known = knowing(own.token, other.token);
    const connection = {};
    const holderOf = (text: string, nowMs = NOW_MS) => known.authenticate(`Bearer ${text}`, nowMs, connection);
    const first = holderOf(own.text);
    expect(holderOf(own.text)).toBe(first);
    expect(holderOf(other.text)).toMatchObject({ holders: [READERS] });
    expect(holderOf(`${own.text.slice(0, -1)}x`)).toBe('malformed');
    known.replace([revokeToken(own.token, NOW_MS), other.token]);
    expect(holderOf(own.text)).toBe('unknown');
  });

  it('KnownTokens do not let a connection keep a text that a rotation has replaced', () => {
    const first = issueToken(DEVICE, NOW_MS);
    const known = knowing(rotateToken(first.token, NOW_MS, 1000).token);
    const connection = {};
    const isTaken = (nowMs: number) =>
      typeof known.authenticate(`Bearer ${first.text}`, nowMs, connection) === 'object';
    expect([isTaken(NOW_MS), isTaken(NOW_MS + 1000)]).toEqual([true, false]);
  });

  it('KnownTokens forget a token that is no longer among them', () => {
    const { token, text } = issueToken(DEVICE, NOW_MS);
    const known = knowing(token);
    known.replace([]);
    expect(known.authenticate(`Bearer ${text}`, NOW_MS, {})).toBe('unknown');
  });

  it('KnownTokens read a header of any length in a moment', () => {
    const started = process.cpuUsage();
    for (const header of [`Bearer${' '.repeat(16_000)}`, `Bearer ${'a'.repeat(16_000)} `, ' '.repeat(16_000)]) {
      expect(knowing().authenticate(header, NOW_MS, {})).toBe('malformed');
    }
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
  });
});

describe('A stored token', () => {
  const { id, version, ...content } = issueToken(DEVICE, NOW_MS).token;

  it('A stored token is read as it was written', () => {
    const stored = { id, version, content: JSON.parse(JSON.stringify(content)) as object };
    expect(tokenFrom(stored)).toEqual({ id, version, ...content });
  });

  it.each([
    ['nothing', {}],
    ['no hash', { ...content, hash: undefined }],
    ['a holder of another version', { ...content, holder: { kind: 'planet' } }],
    ['no holder', { ...content, holder: undefined }],
    ['a scope of another version', { ...content, scopes: ['ingest', 'everything'] }],
  ])('A stored token grants no access with %s', (_, changed) => {
    expect(tokenFrom({ id, version, content: changed })).toBeUndefined();
  });
});
