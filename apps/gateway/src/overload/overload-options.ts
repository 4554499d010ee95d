/** When load is shed. The names are those of the settings; 0 turns a limit off. */
export interface OverloadOptions {
  /** Turns of the event loop that come later than this, again and again, mean that the gateway has more to do than it can. */
  maxEventLoopDelayMs: number;
  /** Longest that a record may wait for the event log before fewer are let in. */
  maxPublishDelayMs: number;
  /** From this lag of the buffer on, background work is refused. */
  backgroundMaxLagRecords: number;
  backgroundMaxLagSeconds: number;
  /** From this lag of the buffer on, all work is refused. */
  maxLagRecords: number;
  maxLagSeconds: number;
}

/** What holds where nothing is said: nothing is shed. */
export const NO_SHEDDING: OverloadOptions = {
  maxEventLoopDelayMs: 0,
  maxPublishDelayMs: 0,
  backgroundMaxLagRecords: 0,
  backgroundMaxLagSeconds: 0,
  maxLagRecords: 0,
  maxLagSeconds: 0,
};
