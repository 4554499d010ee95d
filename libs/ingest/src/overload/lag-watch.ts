import type { BufferInspector } from '@sluice/event-log';
import type { Clock } from '@sluice/async';
import type { IngestLogger } from '../logger.js';
import { BufferLag } from './buffer-lag.js';
import type { LagLimits } from './lag.settings.js';

const REFRESH_MS = 1000;
/** A stage ends only this far below its limit, or a lag at the limit would begin and end it at each update. */
const END_SHARE = 0.8;

/**
 * The lag of the buffer worker. Asks the event log once a second, never for a request. While the log does not answer, its last
 * answer holds.
 */
export class LagWatch {
  readonly lag = new BufferLag();
  /** Background work is refused. */
  readonly background: LagStage;
  /** All work is refused. */
  readonly everything: LagStage;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #isBlind = false;

  constructor(
    limits: LagLimits,
    /** Left out: no limit needs the lag. */
    private readonly inspector: BufferInspector | undefined,
    private readonly clock: Clock,
    private readonly logger: IngestLogger,
  ) {
    this.background = new LagStage(limits.backgroundMaxLagRecords, limits.backgroundMaxLagSeconds);
    this.everything = new LagStage(limits.maxLagRecords, limits.maxLagSeconds);
  }

  start(): void {
    if (this.inspector !== undefined) void this.keepRefreshing(this.inspector);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Asks the log once. Never fails. */
  async refresh(inspector: BufferInspector): Promise<void> {
    try {
      this.lag.update(await inspector.positions(), this.clock.monotonicMs());
      this.#isBlind = false;
    } catch (error) {
      this.blinded(error as Error);
    }
    this.background.update(this.lag);
    this.everything.update(this.lag);
  }

  private async keepRefreshing(inspector: BufferInspector): Promise<void> {
    await this.refresh(inspector);
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.keepRefreshing(inspector), REFRESH_MS).unref();
  }

  private blinded({ message }: Error): void {
    if (this.#isBlind || this.#isStopped) return;
    this.#isBlind = true;
    this.logger.warn({ reason: message }, 'the lag of the buffer is unknown: its last value stays in use');
  }
}

/** Whether the buffer is longer or older than a limit allows. */
export class LagStage {
  #isReached = false;

  constructor(
    private readonly maxRecords: number,
    private readonly maxSeconds: number,
  ) {}

  get isReached(): boolean {
    return this.#isReached;
  }

  update(lag: BufferLag): void {
    const share = this.#isReached ? END_SHARE : 1;
    this.#isReached = exceeds(lag.records, this.maxRecords * share) || exceeds(lag.seconds, this.maxSeconds * share);
  }
}

function exceeds(value: number, limit: number): boolean {
  return limit > 0 && value > limit;
}
