/** Points of a line, oldest first. Both lists have the same length. */
export interface Line {
  timestampsMs: readonly number[];
  values: readonly number[];
}

export interface Downsampled {
  /** Indexes of the points that are kept, ascending. */
  kept: number[];
  /** Indexes of the points before a gap. */
  gaps: number[];
}

/** A distance is a gap if it is this many times as long as most. */
const GAP_FACTOR = 5;

/**
 * Keeps at most so many points, so that a drawn line keeps its shape: largest triangle three buckets (Sveinn Steinarsson, 2013), for
 * each stretch between two gaps by itself. Both ends of a stretch are kept, so that a gap stays as wide as it is. Of more gaps than
 * there are points for, the widest stay.
 *
 * @param points at least 3
 */
export function downsample(line: Line, points: number): Downsampled {
  const gaps = gapsOf(line.timestampsMs, Math.floor(points / 2) - 1);
  const length = line.values.length;
  if (length <= points) return { kept: Array.from({ length }, (_, index) => index), gaps };
  const ends = [...gaps, length - 1];
  const stretches = ends.map((end, at) => ({ begin: at === 0 ? 0 : ends[at - 1]! + 1, end }));
  // Two points of each stretch are its ends; the others are shared out by length.
  const spare = points - 2 * stretches.length;
  const kept = stretches.flatMap(({ begin, end }) => {
    const share = Math.floor((spare * (end - begin + 1)) / length);
    return largestTriangles(line, begin, end, 2 + share);
  });
  return { kept, gaps };
}

/** Indexes of the points before the widest distances that are gaps; at most this many. */
function gapsOf(timestampsMs: readonly number[], most: number): number[] {
  const distances = Float64Array.from({ length: Math.max(0, timestampsMs.length - 1) }, (_, index) => {
    return timestampsMs[index + 1]! - timestampsMs[index]!;
  });
  if (distances.length === 0) return [];
  const usual = distances.toSorted()[Math.floor((distances.length - 1) * USUAL_SHARE)]!;
  const wide = Array.from(distances.keys()).filter((index) => distances[index]! > GAP_FACTOR * Math.max(1, usual));
  return wide
    .sort((a, b) => distances[b]! - distances[a]!)
    .slice(0, most)
    .sort((a, b) => a - b);
}

/** Nine distances in ten are at most the usual one. */
const USUAL_SHARE = 0.9;

/** Indexes of at most `count` points from `begin` to `end`, both kept. */
function largestTriangles(line: Line, begin: number, end: number, count: number): number[] {
  const length = end - begin + 1;
  if (length <= count) return Array.from({ length }, (_, index) => begin + index);
  const kept = [begin];
  const width = (length - 2) / (count - 2);
  const edge = (bucket: number) => begin + 1 + Math.floor(bucket * width);
  for (let bucket = 0; bucket < count - 2; bucket++) {
    const next = meanOf(line, edge(bucket + 1), bucket === count - 3 ? end + 1 : edge(bucket + 2));
    kept.push(farthest(line, kept.at(-1)!, next, edge(bucket), edge(bucket + 1)));
  }
  kept.push(end);
  return kept;
}

function meanOf({ timestampsMs, values }: Line, from: number, to: number): { atMs: number; value: number } {
  let [atMs, value] = [0, 0];
  for (let index = from; index < to; index++) {
    atMs += timestampsMs[index]! / (to - from);
    value += values[index]! / (to - from);
  }
  return { atMs, value };
}

/** The point from `from` up to, and without, `to` that makes the largest triangle with the one before and the mean of the next. */
function farthest(
  { timestampsMs, values }: Line,
  before: number,
  next: { atMs: number; value: number },
  from: number,
  to: number,
): number {
  let [best, bestArea] = [from, -1];
  const [x, y] = [timestampsMs[before]!, values[before]!];
  for (let index = from; index < to; index++) {
    const area = Math.abs((x - next.atMs) * (values[index]! - y) - (x - timestampsMs[index]!) * (next.value - y));
    if (area > bestArea) [best, bestArea] = [index, area];
  }
  return best;
}
