import { expect, it } from '@jest/globals';
import { decodeEvent } from '@sluice/contracts';
import { poisonByReason } from './poison.js';

it('Each poison record of the proof has the flaw that it is named after', () => {
  const reasons = poisonByReason('dev').map(([reason, { value, headers }]) => {
    const decoded = decodeEvent(value, headers['schema-version']);
    return [reason, decoded.ok ? 'an event' : decoded.reason];
  });
  expect(reasons.length).toBeGreaterThan(0);
  for (const [expected, found] of reasons) expect(found).toBe(expected);
});
