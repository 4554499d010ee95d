import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { BufferInspector } from '@sluice/event-log';
import type { Clock } from '@sluice/async';
import type { Logger } from '@sluice/observability';
import { BufferLag } from './buffer-lag.js';
import { LagStage } from './lag-stage.js';
import type { OverloadOptions } from './overload.settings.js';

const LOOK_EVERY_MS = 1000;

/**
 * Knows how far the buffer worker is behind, by asking the log once a second, never for a request. While the log does not tell,
 * what it said last holds.
 */
export class LagWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly lag = new BufferLag();
  /** Background work is refused. */
  readonly background: LagStage;
  /** All work is refused. */
  readonly everything: LagStage;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #isBlind = false;

  constructor(
    options: OverloadOptions,
    /** Left out: the lag is of no interest. */
    private readonly inspector: BufferInspector | undefined,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.background = new LagStage({
      records: options.backgroundMaxLagRecords,
      seconds: options.backgroundMaxLagSeconds,
    });
    this.everything = new LagStage({ records: options.maxLagRecords, seconds: options.maxLagSeconds });
  }

  onApplicationBootstrap(): void {
    if (this.inspector !== undefined) void this.lookAgain(this.inspector);
  }

  onApplicationShutdown(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Asks the log once. Never fails. */
  async look(inspector: BufferInspector): Promise<void> {
    try {
      this.lag.look(await inspector.positions(), this.clock.monotonicMs());
      this.#isBlind = false;
    } catch (error) {
      this.blinded(error as Error);
    }
    this.background.look(this.lag);
    this.everything.look(this.lag);
  }

  private async lookAgain(inspector: BufferInspector): Promise<void> {
    await this.look(inspector);
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.lookAgain(inspector), LOOK_EVERY_MS).unref();
  }

  private blinded({ message }: Error): void {
    if (this.#isBlind || this.#isStopped) return;
    this.#isBlind = true;
    this.logger.warn({ reason: message }, 'the lag of the buffer is not known: what was known of it last holds');
  }
}
