import { expect, it } from '@jest/globals';
import { isBackground } from './priority.js';

it.each(['u=4', 'u=5', 'u=7', 'i, u=6', 'u=7, i', 'u=1, u=5', ' u=4 ;x=1', 'a=b,u=7'])(
  '%s is background work',
  (priority) => {
    expect(isBackground(priority)).toBe(true);
  },
);

it.each([undefined, '', 'u=0', 'u=3', 'i', 'u=8', 'u=-1', 'u=44', 'u', 'mu=7', 'u=7x', 'u="7"', 'u=5, u=1'])(
  '%s is not',
  (priority) => {
    expect(isBackground(priority)).toBe(false);
  },
);
