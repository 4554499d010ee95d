/** What one process asks of the buckets that all share. */
export interface LeaseAsk {
  /** Name of the limit. */
  limit: string;
  key: string;
  /** Units that it has spent without a lease; below 0: units of a lease that it gives back. */
  spent: number;
  /** Units that it wants. 0: it wants nothing, and gets no grant. */
  wants: number;
  /** Units of the bucket that it holds already, leased or charged to the request that asks. */
  holds: number;
  /** Whether all that it wants is granted as long as the bucket is open, as for one request; else only what the bucket has. */
  isWhole: boolean;
  /** Further units that are welcome, so that it need not ask for each request. */
  spare: number;
}

export interface LeaseGrant {
  /** At least 0. */
  granted: number;
  /** What the shared bucket holds after it; below 0: its debt. */
  level: number;
}

/** Asks the shared buckets, one grant for each ask. It may fail: then {@link LeasedBuckets} continue with their own share. */
export type LeaseSource = (asks: readonly LeaseAsk[]) => Promise<readonly LeaseGrant[]>;
