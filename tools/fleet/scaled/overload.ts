import { setTimeout as delay } from 'node:timers/promises';
import { Generator } from '../../load/ledger/generator.js';
import { Ledger } from '../../load/ledger/ledger.js';
import { Fleet } from '../fleet.js';
import { fleetOptions, type FleetOptions } from '../options.js';
import { BIN_MS } from '../traffic.js';
import { wavesIn } from '../waves.js';
import { closingFigures } from './closing.js';
import { atLeast, atMost, pace, shown, type Extent, type Figure, type ScenarioResult } from './result.js';
import type { ScaledGateway, ScaledStack } from './scaled-stack.js';

/** Times the capacity of one gateway. */
const OFFERED = 8;
/** Each gateway takes one request at a time, so that its capacity is small enough for one machine to offer many times of it. */
const CONCURRENT_REQUESTS = 1;
/** More than it takes, so that it is never idle. */
const SENDERS = 3;
const CALIBRATION_MS = 5_000;
/** A gateway that has just started is not what it will be. */
const WARM_UP_MS = 10_000;
/** Above this, and above what chance gives a run so short, requests come in waves. */
const MOST_AUTOCORRELATION = 0.3;
const LONGEST_WAVE_MS = 15_000;

/** Eight times what one gateway takes is offered to three: the fleet backs off and settles, and in the end everything is stored. */
export async function overload(stack: ScaledStack, extent: Extent, seed: number): Promise<ScenarioResult> {
  await stack.limit(CONCURRENT_REQUESTS);
  const capacity = await capacityOf(stack.gateways[0]!, stack.fleetName('capacity'), seed);
  const fleet = new Fleet(optionsOf(stack, extent, seed, capacity), stack.fleetName('overload'));
  try {
    await delay(extent.overloadMs);
    return { name: 'overload', seed, figures: await figuresOf(fleet, stack, capacity, extent) };
  } finally {
    await fleet.close();
  }
}

async function figuresOf(fleet: Fleet, stack: ScaledStack, capacity: number, extent: Extent): Promise<Figure[]> {
  const endedAtMs = fleet.elapsedMs();
  const offered = fleet.tally.reported / (endedAtMs / 1000) / capacity;
  const settled = settledFigures(fleet, capacity * stack.gateways.length, endedAtMs, extent.leastTaken);
  const closing = await closingFigures(fleet, stack);
  const afterwards = `${((fleet.elapsedMs() - endedAtMs) / 1000).toFixed(0)} s after the load ended`;
  return [
    shown('capacity of one gateway', `${capacity.toFixed(0)} requests/s`),
    pace({
      name: 'offered',
      value: `${offered.toFixed(1)} times as much`,
      wanted: 'about 8',
      holds: offered > 0.9 * OFFERED,
    }),
    ...settled.map(pace),
    shown('everything delivered and read back', afterwards),
    ...closing,
  ];
}

/** Requests a second that one gateway takes, when it is never idle. */
async function capacityOf({ url }: ScaledGateway, prefix: string, seed: number): Promise<number> {
  const ledger = new Ledger();
  const load = { seed, devices: SENDERS, prefix, maxBatch: 1, maxPauseMs: 0, repeatShare: 0 };
  const generator = new Generator(() => url, ledger, load);
  await delay(WARM_UP_MS);
  const { acked: before } = ledger;
  await delay(CALIBRATION_MS);
  const { acked } = ledger;
  await generator.stop();
  return (acked - before) / (CALIBRATION_MS / 1000);
}

function optionsOf({ gateways }: ScaledStack, { devices }: Extent, seed: number, capacity: number): FleetOptions {
  const args = [`--devices=${devices}`, `--rate=${(OFFERED * capacity) / devices}`, `--seed=${seed}`];
  const requests = ['--profile=sensor', '--batch-records=1', '--batch-age=1ms', '--max-backoff=10s'];
  return fleetOptions([...args, ...requests, `--endpoints=${gateways.map(({ url }) => url).join()}`])!;
}

/** Of the second half, when the backoff has had its time. */
function settledFigures({ traffic }: Fleet, capacity: number, endedAtMs: number, leastTaken: number): Figure[] {
  const fromMs = endedAtMs / 2;
  const shares = traffic.origins.map((origin) => traffic.share(origin, fromMs, endedAtMs));
  const ofCapacity = (count: 'taken' | 'requests'): number =>
    shares.reduce((sum, share) => sum + share[count], 0) / ((endedAtMs - fromMs) / 1000) / capacity;
  return [
    atLeast('taken, of what three can take', ofCapacity('taken'), leastTaken),
    // One record in each request: without a backoff, there would be a request for each record, and one more for each refusal.
    atMost('requests made, of what three can take', ofCapacity('requests'), OFFERED / traffic.origins.length),
    wavesFigure(traffic.series(fromMs, endedAtMs)),
  ];
}

function wavesFigure(counts: readonly number[]): Figure {
  const greatest = Math.min(LONGEST_WAVE_MS / BIN_MS, Math.floor(counts.length / 2));
  const waves = wavesIn(counts, { least: 1000 / BIN_MS, greatest });
  const { autocorrelation = Infinity, lag = 0, chance = 0 } = waves ?? {};
  const most = Math.max(MOST_AUTOCORRELATION, chance);
  return {
    name: 'autocorrelation of request times',
    value: `${autocorrelation.toFixed(2)} at ${((lag * BIN_MS) / 1000).toFixed(1)} s (chance: below ${chance.toFixed(2)})`,
    wanted: `at most ${most.toFixed(2)}`,
    holds: autocorrelation <= most,
  };
}
