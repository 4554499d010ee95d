import { describe, expect, it } from '@jest/globals';
import { systemRandom } from './clock.js';
import { uuidV7 } from './record-id.js';

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('A record id', () => {
  it('A record id begins with the milliseconds of the wall clock', () => {
    const id = uuidV7(Date.parse('2025-09-09T17:00:00Z'), () => 0.5);
    expect(id).toMatch(SHAPE);
    expect(parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(Date.parse('2025-09-09T17:00:00Z'));
  });

  it.each([-1, 0, 1.5, 2 ** 48, Number.MAX_VALUE])('A record id has its shape whatever the clock says: %p', (nowMs) => {
    for (const chance of [0, 0.999999999]) expect(uuidV7(nowMs, () => chance)).toMatch(SHAPE);
  });

  it('A record id is never the same twice, also while the clock does not advance', () => {
    const ids = new Set(Array.from({ length: 20_000 }, () => uuidV7(0, systemRandom)));
    expect(ids.size).toBe(20_000);
  });
});
