/** How much may pass. */
export interface Rate {
  /** Units that come back each second; above 0. */
  perSecond: number;
  /** Most units that can be saved up; at least `perSecond`. */
  burst: number;
}

/** What the next request with a key may expect. */
export interface Allowance {
  isOpen: boolean;
  /** Whole units that are left; 0 when it is closed. */
  remaining: number;
  /** Whole seconds, at least 1, until it is open again (closed) or full again (open). */
  seconds: number;
}

/** Buckets by key: those of this process, or what it has leased of those of all. */
export interface Buckets {
  readonly rate: Rate;
  /** @param reserved units that the caller has spent already and would give back */
  isOpen(key: string, nowMs: number, reserved?: number): boolean;
  allowance(key: string, nowMs: number): Allowance;
  /** @param units below 0: they are given back */
  spend(key: string, units: number, nowMs: number): void;
}
