import { setTimeout as delay } from 'node:timers/promises';
import { parseEndpoints } from '@sluice/gateway';
import { until } from '@sluice/test-kit';
import { Fleet } from '../fleet.js';
import { fleetOptions, type FleetOptions } from '../options.js';
import { devicesAt, imbalance, requestsAt } from './balance.js';
import { closingFigures } from './closing.js';
import { atMost, pace, shown, type Extent, type Figure, type ScenarioResult } from './result.js';
import type { ScaledStack } from './scaled-stack.js';

/** Of each device, a second: so little that no gateway is busy. */
const RATE = 0.5;
/** After the kill: a device notices with its next request, which may be a few seconds away. */
const NOTICING_MS = 5_000;
/** Devices try a gateway that failed again after a time that grows, up to a minute. */
const PATIENCE = { tries: 1800, everyMs: 100 };
/** One at the gateway that is gone, and one more for a device that hits the moment of the kill. */
const MOST_FAILURES = 2;

/** One of three gateways is killed under load and comes back: its devices go to the others, and return. */
export async function gatewayKilled(stack: ScaledStack, extent: Extent, seed: number): Promise<ScenarioResult> {
  const urls = stack.gateways.map(({ url }) => url);
  const fleet = new Fleet(optionsOf(stack, extent, seed), stack.fleetName('killed'));
  try {
    return { name: 'gateway-killed', seed, figures: await figuresOf(fleet, stack, urls, extent) };
  } finally {
    await fleet.close();
  }
}

async function figuresOf(fleet: Fleet, stack: ScaledStack, urls: readonly string[], extent: Extent): Promise<Figure[]> {
  const list = parseEndpoints(urls.join(), 'the stack');
  const own = new Map(fleet.devices.map((device) => [device, list.forDevice(device.id)[0]!.url]));
  const areAtTheirOwn = (): true | undefined =>
    fleet.devices.every((device) => device.takenAt === own.get(device)) || undefined;

  await until('every device reports to its own gateway', areAtTheirOwn, PATIENCE);
  await stack.kill(stack.gateways[0]!);
  const during = await figuresOfOutage(fleet, urls.slice(1), extent);
  await stack.start(stack.gateways[0]!);
  const backAtMs = fleet.elapsedMs();
  await until('every device is back at its own gateway', areAtTheirOwn, PATIENCE);
  const returned = `all, ${((fleet.elapsedMs() - backAtMs) / 1000).toFixed(1)} s after it is ready`;
  return [...during, shown('its devices are back', returned), ...(await closingFigures(fleet, stack))];
}

async function figuresOfOutage(
  fleet: Fleet,
  left: readonly string[],
  { outageMs, mostUneven, fastMoves }: Extent,
): Promise<Figure[]> {
  await delay(NOTICING_MS);
  const haveMoved = (): true | undefined => fleet.devices.every(({ takenAt }) => left.includes(takenAt!)) || undefined;
  await until('every device reports to one of the other gateways', haveMoved, PATIENCE);
  const movedAtMs = fleet.elapsedMs();
  await delay(outageMs - NOTICING_MS);
  const requests = requestsAt(fleet, left, movedAtMs, fleet.elapsedMs());
  return [
    pace(failuresFigure(fleet, fastMoves)),
    atMost('devices of the two that are left, from even', imbalance(devicesAt(fleet, left)), mostUneven),
    pace(atMost('requests that they took, from even', imbalance(requests), mostUneven)),
  ];
}

/** "Within their backoff": the first delay of the backoff, and then the next gateway. */
function failuresFigure({ tally: { failuresInARow } }: Fleet, fastMoves: number): Figure {
  const counts = Array.from(failuresInARow, (count) => count ?? 0);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const few = counts.slice(0, MOST_FAILURES + 1).reduce((sum, count) => sum + count, 0);
  return {
    name: 'failed requests of a device before one was taken elsewhere',
    value: `1 or 2 in ${few} of ${all} cases`,
    wanted: `in ${100 * fastMoves} of 100`,
    holds: all > 0 && few >= fastMoves * all,
  };
}

function optionsOf({ gateways }: ScaledStack, { devices, maxBackoff }: Extent, seed: number): FleetOptions {
  const load = [`--devices=${devices}`, `--rate=${RATE}`, `--seed=${seed}`, '--profile=sensor'];
  return fleetOptions([
    ...load,
    `--max-backoff=${maxBackoff}`,
    `--endpoints=${gateways.map(({ url }) => url).join()}`,
  ])!;
}
