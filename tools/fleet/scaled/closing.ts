import type { Fleet } from '../fleet.js';
import { checkLedger } from '../ledger-check.js';
import { none, type Figure } from './result.js';
import type { ScaledStack } from './scaled-stack.js';

const DELIVERY_LIMIT_MS = 300_000;

/** Ends a fleet when everything is delivered, and says whether the ledger is kept. */
export async function closingFigures(fleet: Fleet, stack: ScaledStack): Promise<Figure[]> {
  fleet.stopReporting();
  await fleet.untilDelivered(DELIVERY_LIMIT_MS);
  const undelivered = fleet.queued;
  await fleet.close();
  const deviceIds = fleet.devices.map(({ id }) => id);
  const { stored, findings } = await checkLedger(stack.client, fleet.ledger, deviceIds, {
    readStored: stack.readStored,
  });
  const { acked, dropped, misjudged } = fleet.tally;
  const all = { ...findings, misjudged };
  return [
    { name: 'acked', value: String(acked), wanted: 'above 0', holds: acked > 0 },
    { name: 'stored', value: String(stored), wanted: 'all that was acked', holds: stored >= acked },
    { name: 'undelivered', value: String(undelivered + dropped), wanted: '0', holds: undelivered + dropped === 0 },
    ...Object.entries(all).map(([name, ids]: [string, string[]]) => none(name, ids)),
  ];
}
