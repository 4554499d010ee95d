import { describe, expect, it } from '@jest/globals';
import { uuidV7 } from './uuid.js';

describe('uuidV7', () => {
  it('uuidV7 is a UUID of version 7 and variant 10', () => {
    const form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    for (let count = 0; count < 1000; count++) expect(uuidV7(1757437200000)).toMatch(form);
  });

  it('uuidV7 carries the milliseconds', () => {
    for (const ms of [0, 1, 1757437200123, 2 ** 48 - 1]) {
      expect(parseInt(uuidV7(ms).replaceAll('-', '').slice(0, 12), 16)).toBe(ms);
    }
  });

  it('uuidV7 sorts later in a later millisecond', () => {
    const times = [0, 255, 256, 1757437199999, 1757437200000, 1757437200001, 4102444800000];
    const ids = times.map(uuidV7);
    expect([...ids].sort()).toEqual(ids);
  });

  it('uuidV7 never repeats itself within a millisecond', () => {
    const ids = Array.from({ length: 20_000 }, () => uuidV7(1757437200000));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('uuidV7 uses every random bit', () => {
    const ids = Array.from({ length: 500 }, () => uuidV7(0).replaceAll('-', ''));
    for (let column = 13; column < 32; column++) {
      const possible = column === 16 ? 4 : 16;
      expect(new Set(ids.map((id) => id[column])).size).toBe(possible);
    }
  });
});
