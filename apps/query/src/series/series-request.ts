import { parseTimestamp, pointerSteps, type ProblemEntry } from '@sluice/contracts';
import { DEFAULT_POINTS, type SeriesFunction, type SeriesQueryDto } from '@sluice/contracts/dto';
import { invalidParameter } from '@sluice/http';

/** Most buckets of one answer. */
export const MAX_BUCKETS = 10_000;
const DEFAULT_FUNCTIONS: readonly SeriesFunction[] = ['avg', 'min', 'max', 'count'];
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export type SeriesShape =
  { kind: 'buckets'; everyMs: number; functions: readonly SeriesFunction[] } | { kind: 'points'; points: number };

export interface SeriesRequest {
  deviceId: string;
  /** JSON Pointer, and its steps unescaped. */
  pointer: string;
  path: readonly string[];
  fromMs: number | undefined;
  toMs: number | undefined;
  shape: SeriesShape;
}

/** @throws ProblemError `invalid-parameter` for parameters that do not fit together */
export function seriesRequest(deviceId: string, query: SeriesQueryDto): SeriesRequest {
  const fromMs = query.from === undefined ? undefined : parseTimestamp(query.from)!;
  const toMs = query.to === undefined ? undefined : parseTimestamp(query.to)!;
  const errors = [...windowProblems(fromMs, toMs), ...shapeProblems(query, toMs! - fromMs!)];
  if (errors.length > 0) throw invalidParameter(errors);
  return { deviceId, pointer: query.path, path: pointerSteps(query.path), fromMs, toMs, shape: shapeOf(query) };
}

/** The error of the two ends of a range; an open end is valid. */
export function windowProblems(fromMs: number | undefined, toMs: number | undefined): ProblemEntry[] {
  if (fromMs === undefined || toMs === undefined || fromMs < toMs) return [];
  return [{ pointer: '?to', code: 'range', detail: 'to must be later than from: from is in the range, to is not.' }];
}

/** @param rangeMs NaN if an end is open */
function shapeProblems({ every, fn, points }: SeriesQueryDto, rangeMs: number): ProblemEntry[] {
  if (every === undefined) {
    const detail = 'fn needs every, the width of a bucket, for example every=5m.';
    return fn === undefined ? [] : [{ pointer: '?every', code: 'required', detail }];
  }
  if (points !== undefined) {
    const detail = 'Give every for buckets or points for single points, not both.';
    return [{ pointer: '?points', code: 'value', detail }];
  }
  const everyMs = widthOf(every);
  if (!Number.isSafeInteger(everyMs)) return [{ pointer: '?every', code: 'range', detail: 'every is too great.' }];
  if (rangeMs / everyMs > MAX_BUCKETS) return [tooManyBuckets(rangeMs)];
  return [];
}

function tooManyBuckets(rangeMs: number): ProblemEntry {
  const least = Math.ceil(rangeMs / MAX_BUCKETS / 1000);
  const detail = `The range has more than ${MAX_BUCKETS} buckets of this width: give every=${least}s or more, or a shorter range.`;
  return { pointer: '?every', code: 'range', detail };
}

function shapeOf({ every, fn, points }: SeriesQueryDto): SeriesShape {
  if (every === undefined) return { kind: 'points', points: points === undefined ? DEFAULT_POINTS : Number(points) };
  const functions = fn === undefined ? DEFAULT_FUNCTIONS : (fn.split(',') as SeriesFunction[]);
  return { kind: 'buckets', everyMs: widthOf(every), functions };
}

function widthOf(every: string): number {
  const [, count, unit] = /^(\d+)([a-z]+)$/.exec(every)!;
  return Number(count) * UNIT_MS[unit!]!;
}
