import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  asReport,
  checkReport,
  decodeEvent,
  decodeUtf8,
  encodeEvent,
  isTimestamp,
  parseJson,
  stringifyExact,
  type DeviceReport,
} from '@sluice/contracts';
import { Random } from '../load/ledger/random.js';
import { readExactly } from './exact-value.js';
import { mutated } from './mutations.js';
import { reportText } from './reports.js';

const SEED = 20250909;

/** What the edge makes of one record: what it would publish, or nothing. */
function accepted(bytes: Buffer): DeviceReport | undefined {
  const text = decodeUtf8(bytes);
  const parsed = text === undefined ? undefined : parseJson(text);
  if (!parsed?.ok) return undefined;
  const changes = [parsed.duplicateKeys, parsed.vanishedNumbers, parsed.hugeNumbers].flat();
  // Another form of time is written as RFC 3339.
  const { timestamp } = Object(parsed.value) as { timestamp?: unknown };
  if (changes.length > 0 || !isTimestamp(String(timestamp))) return undefined;
  return checkReport(parsed.value).length === 0 ? asReport(parsed.value) : undefined;
}

/** The second reader's word for what is published of it. */
function published(report: DeviceReport): unknown {
  const timestamp = report.timestamp as string;
  const event = { record_id: 'r-1', received_at: '2025-09-09T17:00:01.000Z', ...report, timestamp };
  const decoded = decodeEvent(encodeEvent(event));
  if (!decoded.ok) throw new Error(decoded.detail);
  const members = readExactly(stringifyExact(decoded.event))!.members!;
  return [members.get('timestamp')!.exact, members.get('data_payload')!.exact];
}

/** Reports as devices with faults write them, from a seed each, with so many bytes wrong. */
const bodies = fc
  .tuple(fc.nat(), fc.integer({ min: 0, max: 3 }))
  .map(([seed, faults]) => [new Random(seed), faults] as const)
  .map(([random, faults]) => mutated(random, Buffer.from(reportText(random, 'dev-2')), faults));

describe('The decoder', () => {
  it('The decoder never throws, and publishes what it accepts as it was sent', () => {
    let taken = 0;
    const isUnchanged = (bytes: Buffer): void => {
      const report = accepted(bytes);
      if (report === undefined) return;
      taken++;
      const sent = readExactly(decodeUtf8(bytes)!)!.members!;
      expect(published(report)).toEqual([sent.get('timestamp')!.exact, sent.get('data_payload')!.exact]);
    };
    fc.assert(fc.property(bodies, isUnchanged), { seed: SEED, numRuns: 2_000 });
    expect(taken).toBeGreaterThan(200);
  });
});
