import type { SeriesBucketDto, SeriesFunction } from '@sluice/contracts/dto';

/** The state of a bucket while its values come, the newest first. */
interface OpenBucket {
  startMs: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  first: number;
  last: number;
  /** Only if a percentile is requested. */
  values: number[];
}

/** Folds values, newest first, into buckets. Holds the values of one bucket at a time, and only for percentiles. */
export class BucketFold {
  readonly #closed: SeriesBucketDto[] = [];
  readonly #needsValues: boolean;
  #open: OpenBucket | undefined;

  constructor(
    private readonly everyMs: number,
    private readonly functions: readonly SeriesFunction[],
  ) {
    this.#needsValues = functions.includes('p50') || functions.includes('p95');
  }

  /** Buckets so far. */
  get count(): number {
    return this.#closed.length + (this.#open === undefined ? 0 : 1);
  }

  /** @param timestampMs not later than that of the value before */
  add(timestampMs: number, value: number): void {
    const startMs = Math.floor(timestampMs / this.everyMs) * this.everyMs;
    if (this.#open?.startMs !== startMs) this.begin(startMs, value);
    const bucket = this.#open!;
    bucket.count++;
    bucket.sum += value;
    if (value < bucket.min) bucket.min = value;
    if (value > bucket.max) bucket.max = value;
    bucket.first = value;
    if (this.#needsValues) bucket.values.push(value);
  }

  /** All buckets, oldest first. */
  end(): SeriesBucketDto[] {
    this.close();
    return this.#closed.toReversed();
  }

  private begin(startMs: number, value: number): void {
    this.close();
    this.#open = { startMs, count: 0, sum: 0, min: value, max: value, first: value, last: value, values: [] };
  }

  private close(): void {
    if (this.#open === undefined) return;
    const bucket = this.#open;
    const sorted = Float64Array.from(bucket.values).sort();
    const shown: SeriesBucketDto = { start: instantText(bucket.startMs) };
    for (const name of this.functions) shown[name] = finite(resultOf(name, bucket, sorted)) as number;
    this.#closed.push(shown);
    this.#open = undefined;
  }
}

function resultOf(name: SeriesFunction, bucket: OpenBucket, sorted: Float64Array): number {
  switch (name) {
    case 'avg':
      return bucket.sum / bucket.count;
    case 'p50':
      return nearestRank(sorted, 0.5);
    case 'p95':
      return nearestRank(sorted, 0.95);
    default:
      return bucket[name];
  }
}

/** The least value that is not less than a share of all values. @param sorted at least one */
function nearestRank(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** JSON has no number for a sum outside the range of a double. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** RFC 3339, also for instants whose year does not have four digits in UTC: these get the offset that gives them four. */
export function instantText(ms: number): string {
  if (ms < YEAR_0_MS) return `${new Date(ms + MAX_OFFSET_MS).toISOString().slice(0, -1)}+23:59`;
  if (ms >= YEAR_10000_MS) return `${new Date(ms - MAX_OFFSET_MS).toISOString().slice(0, -1)}-23:59`;
  return new Date(ms).toISOString();
}

const MAX_OFFSET_MS = (23 * 60 + 59) * 60_000;
const YEAR_0_MS = Date.UTC(400, 0) - 146_097 * 86_400_000;
const YEAR_10000_MS = Date.UTC(10_000, 0);
