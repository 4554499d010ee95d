import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FakeClock } from '@sluice/test-kit';
import { AccessWatch } from './access-watch.js';
import { KnownTokens } from './known-tokens.js';
import type { Principal } from './principal.js';
import { issueToken, revokeToken, rotateToken, type Token } from './token.js';

let clock: FakeClock;
let watch: AccessWatch;
let ends: string[];
beforeEach(() => {
  jest.useFakeTimers();
  clock = new FakeClock();
  watch = new AccessWatch(clock);
  ends = [];
});
afterEach(() => void jest.useRealTimers());

function follow(principal: Principal): () => void {
  return watch.watch(principal, (reason) => ends.push(reason));
}

function passMs(ms: number): void {
  clock.advance(ms);
  jest.advanceTimersByTime(ms);
}

describe('An answer that is in progress with a token', () => {
  const { token, text } = issueToken({ kind: 'readers' }, 0);
  let tokens: KnownTokens;
  beforeEach(() => {
    tokens = new KnownTokens();
    hold(token);
  });

  function hold(...held: readonly Token[]): void {
    tokens.replace(held);
    watch.recheck();
  }

  function reader(): Principal {
    const principal = tokens.authenticate(`Bearer ${text}`, clock.now(), {});
    if (typeof principal === 'string') throw new Error(principal);
    return principal;
  }

  it('An answer that is in progress with a token continues while the token is good, whatever changes of others', () => {
    follow(reader());
    hold(token, issueToken({ kind: 'readers' }, 0).token);
    passMs(3_600_000);
    expect([ends, watch.count]).toEqual([[], 1]);
  });

  it('An answer that is in progress with a token ends with the change that revokes it', () => {
    follow(reader());
    hold(revokeToken(token, clock.now()));
    expect([ends, watch.count]).toEqual([['token-revoked'], 0]);
  });

  it('An answer that is in progress with a token ends with the change that deletes it', () => {
    follow(reader());
    hold();
    expect(ends).toEqual(['token-deleted']);
  });

  it('An answer that is in progress with a token ends when the grace period of a rotation is over, and not before', () => {
    follow(reader());
    hold(rotateToken(token, clock.now(), 60_000).token);
    passMs(59_000);
    expect(ends).toEqual([]);
    passMs(9_000);
    expect(ends).toEqual(['token-replaced']);
  });

  it('An answer in progress that began with a token within its grace period also ends with it', () => {
    hold(rotateToken(token, clock.now(), 60_000).token);
    follow(reader());
    passMs(69_000);
    expect(ends).toEqual(['token-replaced']);
  });

  it('An answer that is in progress with a token is not watched once it is over, and then no timer runs', () => {
    const forget = follow(reader());
    expect(jest.getTimerCount()).toBe(1);
    forget();
    hold();
    expect([ends, watch.count, jest.getTimerCount()]).toEqual([[], 0, 0]);
  });
});

describe('An answer that is in progress with an expiring certificate', () => {
  const END_MS = Date.parse('2025-09-09T17:01:00Z');
  const principal: Principal = {
    name: 'certificate readers',
    holders: [{ kind: 'readers' }],
    scopes: ['read'],
    recheck: (nowMs) => (nowMs < END_MS ? undefined : 'certificate-expired'),
  };

  it('An answer that is in progress with an expiring certificate ends when that has expired, and not before', () => {
    follow(principal);
    passMs(59_000);
    expect(ends).toEqual([]);
    passMs(9_000);
    expect(ends).toEqual(['certificate-expired']);
  });
});
