import { describe, expect, it } from '@jest/globals';
import { Reachability } from './reachability.js';

describe('Reachability', () => {
  const [publisher, subscription] = [{}, {}];

  it('One line is written when the first part loses the log, and one when the last has it back', () => {
    const { reachability, lines } = newReachability();
    reachability.lost(publisher, 'timeout');
    reachability.lost(publisher, 'timeout');
    reachability.lost(subscription, 'refused');
    expect(lines).toEqual(['warn']);
    reachability.back(publisher);
    expect(lines).toEqual(['warn']);
    reachability.back(subscription);
    expect(lines).toEqual(['warn', 'info']);
  });

  it('Nothing is written about a part that never lost the log', () => {
    const { reachability, lines } = newReachability();
    reachability.back(publisher);
    expect(lines).toEqual([]);
  });

  it('The return does not depend on a part that was closed', () => {
    const { reachability, lines } = newReachability();
    reachability.lost(publisher, 'timeout');
    reachability.lost(subscription, 'timeout');
    reachability.forget(subscription);
    reachability.back(publisher);
    expect(lines).toEqual(['warn', 'info']);
  });
});

function newReachability() {
  const lines: string[] = [];
  return { lines, reachability: new Reachability((level) => lines.push(level)) };
}
