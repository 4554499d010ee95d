import { describe, expect, it } from '@jest/globals';
import { isProven, type FaultResult } from './fault.js';
import { lineOf } from './report.js';

function result(change: Partial<FaultResult> = {}): FaultResult {
  return {
    fault: { name: 'a', title: 'A' },
    profile: 'compose',
    seed: 7,
    counts: { acked: 3, refused: 0, unknown: 0, stored: 3, deadLettered: 0 },
    findings: { lost: [], doubled: [], phantoms: [], changed: [], reordered: [], invisible: [] },
    sampled: 5,
    evidence: { kills: 1 },
    shown: ['idle'],
    notes: [],
    troubles: [],
    ...change,
  };
}

describe('A result', () => {
  it('A result is proven when nothing was found and the fault took effect', () => {
    expect(isProven(result())).toBe(true);
    expect(lineOf(result())).toMatch(/^held {3}a \(compose, seed 7\); acked 3/);
  });

  it.each<[string, Partial<FaultResult>]>([
    ['a record was lost', { findings: { ...result().findings, lost: ['d/1'] } }],
    ['a record was in neither view', { findings: { ...result().findings, invisible: ['d/1'] } }],
    ['the fault had no effect', { evidence: { kills: 1, redeliveries: 0 } }],
    ['something else is wrong', { troubles: ['d/1'] }],
  ])('A result is not proven when %s, and the report says so', (_what, change) => {
    expect(isProven(result(change))).toBe(false);
    expect(lineOf(result(change))).toMatch(/^BROKEN a .*(d\/1|redeliveries 0)/s);
  });
});
