import { describe, expect, it } from '@jest/globals';
import { TokenSource } from './token-source.js';

/** Issues tokens of a minute, unless it refuses. */
function source(lifetimeMs = 60_000) {
  const state = { nowMs: 0, requests: 0, isRefusing: false };
  const tokens = new TokenSource(
    async () => {
      state.requests++;
      if (state.isRefusing) throw new Error('no token');
      return { value: `t-${state.requests}`, expiresAtMs: state.nowMs + lifetimeMs };
    },
    () => state.nowMs,
  );
  return { state, tokens };
}

describe('TokenSource', () => {
  it('Concurrent callers share one request', async () => {
    const { tokens } = source();
    expect(await Promise.all([tokens.token(), tokens.token()])).toEqual(['t-1', 't-1']);
  });

  it('A new token is requested before the old one expires', async () => {
    const { state, tokens } = source(3_600_000);
    await tokens.token();
    state.nowMs = 3_539_000;
    expect(await tokens.token()).toBe('t-1');
    state.nowMs = 3_540_000;
    expect(await tokens.token()).toBe('t-2');
  });

  it('The old token is returned while it is valid and there is no new one', async () => {
    const { state, tokens } = source();
    await tokens.token();
    state.isRefusing = true;
    state.nowMs = 59_000;
    expect(await tokens.token()).toBe('t-1');
    state.nowMs = 60_000;
    await expect(tokens.token()).rejects.toThrow('no token');
  });
});
