import { expect, it } from '@jest/globals';
import { verdictOn } from './compare.js';

it.each([
  ['a slow-down of 7 percent', [1.06, 1.07, 1.07, 1.08, 1.06, 1.09, 1.05, 1.07], '**slower**'],
  ['a speed-up', [0.8, 0.82, 0.79, 0.81], 'faster'],
  ['noise around one', [0.9, 1.1, 0.95, 1.08, 1.02, 0.97, 1.12, 0.93], 'the same'],
  ['a slow-down that pairs do not agree on', [0.9, 1.1, 0.8, 1.2, 1.1, 0.9, 1.3, 1.06], 'the same'],
])('The name is as expected: %s', (_, ratios, verdict) => {
  expect(verdictOn(ratios)[2]).toBe(verdict);
});
