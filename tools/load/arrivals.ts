export interface ArrivalPlan {
  /** Time of the first arrival, in milliseconds of `performance.now()`. */
  firstAtMs: number;
  /** Milliseconds from each arrival to the next; called once for each arrival. */
  pauseMs: () => number;
  /** Looks for due arrivals this often. Left out: exactly when the next one is due. */
  tickMs?: number;
}

/**
 * The clock of an open loop: arrivals follow their plan, not the answers to earlier requests. A process that is late catches up, so
 * that the rate stays what was asked for.
 */
export class Arrivals {
  private timer: NodeJS.Timeout | undefined;
  private nextAtMs: number;

  /** @param arrive gets the planned time of the arrival */
  constructor(
    private readonly plan: ArrivalPlan,
    private readonly arrive: (plannedAtMs: number) => void,
  ) {
    this.nextAtMs = plan.firstAtMs;
    this.schedule();
  }

  /** Idempotent. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(): void {
    const waitMs = this.plan.tickMs ?? Math.max(0, this.nextAtMs - performance.now());
    this.timer = setTimeout(() => this.arriveDue(), waitMs);
  }

  private arriveDue(): void {
    while (this.timer !== undefined && this.nextAtMs <= performance.now()) {
      this.arrive(this.nextAtMs);
      this.nextAtMs += this.plan.pauseMs();
    }
    if (this.timer !== undefined) this.schedule();
  }
}

/**
 * A closed loop: each lane begins its next turn when its last one has ended.
 *
 * @param goesOn asked before each turn
 * @returns when the last turn has ended
 */
export async function inTurns(lanes: number, goesOn: () => boolean, turn: () => Promise<void>): Promise<void> {
  const lane = async (): Promise<void> => {
    while (goesOn()) await turn();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
