/** How much a series of counts is like itself some time later: 1 for a wave that repeats exactly, about 0 for chance. */
export interface Waves {
  /** The greatest autocorrelation over all lags. */
  autocorrelation: number;
  /** The lag at which it was found, in bins. */
  lag: number;
  /** Above it, less than one series of pure chance in a hundred would be, with as many bins and lags. */
  chance: number;
}

/** In bins. */
export interface Lags {
  least: number;
  greatest: number;
}

/**
 * Looks for waves in the counts of requests. What changes slowly (a queue that drains) is no wave: each count is taken as its
 * difference from the mean around it, over twice the greatest lag.
 *
 * @returns `undefined` where the series is too short for the lags, or has no requests
 */
export function wavesIn(counts: readonly number[], { least, greatest }: Lags): Waves | undefined {
  if (counts.length < 2 * greatest) return undefined;
  const differences = withoutTrend(counts, greatest);
  const variance = dot(differences, differences, 0);
  if (variance === 0) return undefined;
  const lags = Array.from({ length: greatest - least + 1 }, (_, index) => least + index);
  const values = lags.map((lag) => dot(differences, differences, lag) / variance);
  const autocorrelation = Math.max(...values);
  return {
    autocorrelation,
    lag: lags[values.indexOf(autocorrelation)]!,
    chance: chanceLevel(counts.length, lags.length),
  };
}

/** The window around a bin is as wide on both sides, and narrow at the ends: so a steady slope leaves nothing. */
function withoutTrend(counts: readonly number[], reach: number): number[] {
  const sums = [0];
  for (const count of counts) sums.push(sums.at(-1)! + count);
  return counts.map((count, bin) => {
    const half = Math.min(reach, bin, counts.length - 1 - bin);
    return count - (sums[bin + half + 1]! - sums[bin - half]!) / (2 * half + 1);
  });
}

function dot(a: readonly number[], b: readonly number[], lag: number): number {
  let sum = 0;
  for (let bin = lag; bin < a.length; bin++) sum += a[bin]! * b[bin - lag]!;
  return sum;
}

/** Chance gives each lag a value of about normal distribution, of variance 1/n; the level is that of the greatest of them all. */
function chanceLevel(bins: number, lags: number): number {
  return Math.sqrt((2 * Math.log(lags / 0.01)) / bins);
}
