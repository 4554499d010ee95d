/** How much may pass. */
export interface Rate {
  /** Units that come back each second; above 0. */
  perSecond: number;
  /** Most units that can be saved up; at least `perSecond`. */
  burst: number;
}

interface Bucket {
  level: number;
  atMs: number;
}

/** What a bucket says to whoever comes next. */
export interface Allowance {
  isOpen: boolean;
  /** Whole units that are left; 0 when it is closed. */
  remaining: number;
  /** Whole seconds, at least 1, until it is open again (closed) or full again (open). */
  seconds: number;
}

/**
 * Token buckets by key. A request is let in while its bucket is above zero and pays afterwards, when its size is known: a large one
 * overdraws the bucket, and the next waits until that is paid back. So no request is too large for a limit, and the rate holds all
 * the same.
 *
 * A full bucket need not be remembered. Where more keys than `maxKeys` are in use at once, the one that was used longest ago is
 * forgotten: it starts full again.
 */
export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    readonly rate: Rate,
    private readonly maxKeys: number,
  ) {}

  get size(): number {
    return this.buckets.size;
  }

  isOpen(key: string, nowMs: number): boolean {
    const bucket = this.buckets.get(key);
    return bucket === undefined || this.levelOf(bucket, nowMs) > 0;
  }

  look(key: string, nowMs: number): Allowance {
    const level = this.levelOf(this.buckets.get(key), nowMs);
    const { burst, perSecond } = this.rate;
    // Above zero means open: exactly zero has to wait for the next unit.
    const missing = level > 0 ? burst - level : Math.min(1, burst) - level;
    return {
      isOpen: level > 0,
      remaining: Math.max(0, Math.floor(level)),
      seconds: Math.max(1, Math.ceil(missing / perSecond)),
    };
  }

  spend(key: string, units: number, nowMs: number): void {
    const level = this.levelOf(this.buckets.get(key), nowMs) - units;
    // The order of a Map is the order of use: the oldest stands first.
    this.buckets.delete(key);
    this.buckets.set(key, { level, atMs: nowMs });
    if (this.buckets.size > this.maxKeys) this.buckets.delete(this.buckets.keys().next().value!);
  }

  private levelOf(bucket: Bucket | undefined, nowMs: number): number {
    const { burst, perSecond } = this.rate;
    if (bucket === undefined) return burst;
    const elapsedMs = Math.max(0, nowMs - bucket.atMs);
    return Math.min(burst, bucket.level + (elapsedMs / 1000) * perSecond);
  }
}
