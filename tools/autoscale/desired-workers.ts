export interface ScalingRule {
  /** Records of lag for each worker, as `lagThreshold` of KEDA. */
  lagThreshold: number;
  /** At least 1. */
  minWorkers: number;
  /** At most the partitions: more workers than these have nothing to read. */
  maxWorkers: number;
}

/** What KEDA asks of the autoscaler: the lag divided by the threshold, rounded up, within the limits. */
export function desiredWorkers(lagRecords: number, { lagThreshold, minWorkers, maxWorkers }: ScalingRule): number {
  return Math.min(maxWorkers, Math.max(minWorkers, Math.ceil(lagRecords / lagThreshold)));
}
