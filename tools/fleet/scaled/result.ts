/** One figure that a scenario has measured, and whether it is as it should be. */
export interface Figure {
  name: string;
  value: string;
  wanted: string;
  holds: boolean;
  /** It says how the machine kept up, so that a test of what is right leaves it out. */
  isPace?: true;
}

/** What a scenario came to. */
export interface ScenarioResult {
  name: string;
  figures: readonly Figure[];
  seed: number;
}

/** How large and how long a run is, and how much of what it measures depends on a machine that has little else to do. */
export interface Extent {
  devices: number;
  /** How long the gateway is down, milliseconds. */
  outageMs: number;
  /** The longest that a device waits before it tries again, as an option of the fleet. */
  maxBackoff: string;
  /** How long more is offered than can be taken, milliseconds. */
  overloadMs: number;
  /**
   * The most that devices and requests may be from even, as a share. A device's gateway is as good as drawn at random,
   * so the devices of two gateways are 1/√devices from even on average; four times that is seen once in 16,000 runs.
   */
  mostUneven: number;
  /** The share of devices that need one or two failures to find another gateway; a busy machine makes some need more. */
  fastMoves: number;
  /** The least that is taken of what can be taken while far more is offered, as a share: below it, the fleet has collapsed. */
  leastTaken: number;
}

/** For every run of the tests, on whatever machine. */
export const SHORT: Extent = {
  devices: 100,
  outageMs: 12_000,
  maxBackoff: '5s',
  overloadMs: 10_000,
  mostUneven: 0.4,
  fastMoves: 0.95,
  leastTaken: 0.2,
};
/** For the figures of the page. */
export const LONG: Extent = {
  devices: 1000,
  outageMs: 30_000,
  maxBackoff: '60s',
  overloadMs: 60_000,
  mostUneven: 0.15,
  fastMoves: 0.99,
  leastTaken: 0.4,
};

export function isHeld({ figures }: ScenarioResult): boolean {
  return figures.every(({ holds }) => holds);
}

/** A figure that has to be nothing: ids for which the promise does not hold. */
export function none(name: string, ids: readonly string[]): Figure {
  return { name, value: String(ids.length), wanted: '0', holds: ids.length === 0 };
}

/** @param share what was measured, 0..1 */
export function atMost(name: string, share: number, most: number): Figure {
  return { name, value: percent(share), wanted: `at most ${percent(most)}`, holds: share <= most };
}

/** @param share what was measured, 0..1 */
export function atLeast(name: string, share: number, least: number): Figure {
  return { name, value: percent(share), wanted: `at least ${percent(least)}`, holds: share >= least };
}

/** Held by a run for the figures only. */
export function pace(figure: Figure): Figure {
  return { ...figure, isPace: true };
}

/** Shown, and nothing is asked of it. */
export function shown(name: string, value: string): Figure {
  return { name, value, wanted: '', holds: true };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
