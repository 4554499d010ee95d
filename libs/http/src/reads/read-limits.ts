export interface ReadLimits {
  /** Most reads at one time: in progress and waiting. */
  maxReads: number;
  maxReadsPerClient: number;
  /** Maximum number of reads that are prepared or whose answers are not consumed yet; the others wait. */
  maxUnderWay: number;
  maxUnderWayPerClient: number;
  /** Most bytes of answers that are held for clients or prepared. */
  maxHeldBytes: number;
  /** Longest wait for a slot, and for memory for the first part of an answer. */
  maxWaitMs: number;
  /** If nothing of an answer is consumed for this long, its connection ends. */
  untakenMs: number;
}

/**
 * Of a process that answers reads itself, for a container of 512 MB. As many reads are in progress as three gateways forward. The wait
 * and the 10 s of an engine are together shorter than the 15 s that a gateway waits for an answer.
 */
export const READ_LIMITS: ReadLimits = {
  maxReads: 256,
  maxReadsPerClient: 128,
  maxUnderWay: 192,
  maxUnderWayPerClient: 112,
  maxHeldBytes: 64 * 1024 * 1024,
  maxWaitMs: 4_000,
  untakenMs: 60_000,
};

/** Of a gateway: each read that is in progress has a connection to the query service, and half of them are left for other clients. */
export const FORWARDING_LIMITS: ReadLimits = { ...READ_LIMITS, maxUnderWay: 64, maxUnderWayPerClient: 32 };

/** What one of several processes may hold and forward of that: together they ask the query service for no more. */
export function shareOfReads(limits: ReadLimits, processes: number): ReadLimits {
  const share = (value: number): number => Math.max(1, Math.floor(value / processes));
  return {
    ...limits,
    maxReads: share(limits.maxReads),
    maxReadsPerClient: share(limits.maxReadsPerClient),
    maxUnderWay: share(limits.maxUnderWay),
    maxUnderWayPerClient: share(limits.maxUnderWayPerClient),
    maxHeldBytes: Math.max(READ_STEP_BYTES, share(limits.maxHeldBytes)),
  };
}

/** Records are read and encoded in steps of about this size, and an answer is held in parts of it. */
export const READ_STEP_BYTES = 128 * 1024;
