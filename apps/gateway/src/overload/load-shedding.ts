import type { IncomingHttpHeaders } from 'node:http';
import type { EventPublisher } from '@sluice/event-log';
import { ProblemError } from '@sluice/http';
import type { Admission } from '../admission.js';
import { AdmissionBudget } from './admission-budget.js';
import type { LagWatch } from './lag-watch.js';
import type { OverloadOptions } from './overload.settings.js';
import { isBackground } from './priority.js';
import { PublishDelay } from './publish-delay.js';
import { SHEDDING_CODES, type SheddingCode } from './shedding-codes.js';
import type { SheddingLog } from './shedding-log.js';

/** In observations. */
const A_SECOND = 20;

/**
 * Decides by the head of a request, before its body is read, whether there is room for it. What the decision rests on is
 * measured beside the requests: for each of them it is a few comparisons.
 */
export class LoadShedding {
  private readonly loop: AdmissionBudget;
  private readonly queue: AdmissionBudget;
  private readonly publishDelay = new PublishDelay();
  #hasOverflowed = false;
  #observations = 0;

  constructor(
    options: OverloadOptions,
    private readonly admission: Admission,
    private readonly publisher: EventPublisher,
    private readonly watch: LagWatch,
    private readonly log: SheddingLog,
  ) {
    this.loop = new AdmissionBudget(options.maxEventLoopDelayMs);
    this.queue = new AdmissionBudget(options.maxPublishDelayMs);
  }

  /** @returns the problem with which the request is to be answered, or `undefined` if it may go on */
  refusalOf(headers: IncomingHttpHeaders): ProblemError | undefined {
    return this.lagRefusal(headers['priority']) ?? this.roomRefusal(headers) ?? this.delayRefusal();
  }

  /** To be called 20 times a second: takes the delays into account, and says in the log what has changed. */
  observe(eventLoopDelayMs: number): void {
    if (++this.#observations % A_SECOND === 0) this.admission.giveUpSlowBodies();
    const publishDelayMs = this.publishDelay.look(this.publisher.load, performance.now());
    this.loop.observe(eventLoopDelayMs);
    if (publishDelayMs === 0) this.queue.reset();
    else this.queue.observe(publishDelayMs);
    for (const code of SHEDDING_CODES) this.log.note(code, this.shareOf(code) < 1);
    this.#hasOverflowed = false;
  }

  /** The share of the requests that this cause lets in now, of background work where it is about that: 0 to 1. */
  shareOf(code: SheddingCode): number {
    switch (code) {
      case 'buffer-full':
        return this.watch.everything.isReached ? 0 : 1;
      case 'buffer-behind':
        return this.watch.background.isReached ? 0 : 1;
      case 'overloaded':
        return this.#hasOverflowed ? 0 : 1;
      case 'gateway-busy':
        return this.loop.share;
      case 'publish-queue-full':
        return this.queue.share;
    }
  }

  private lagRefusal(priority: string | string[] | undefined): ProblemError | undefined {
    const { background, everything, lag } = this.watch;
    if (everything.isReached) return bufferFull(lag.drainSeconds);
    return background.isReached && isBackground(String(priority)) ? bufferBehind(lag.drainSeconds) : undefined;
  }

  private roomRefusal(headers: IncomingHttpHeaders): ProblemError | undefined {
    const refusal = this.admission.refusalOf(headers);
    if (refusal !== undefined) this.#hasOverflowed = true;
    return refusal;
  }

  private delayRefusal(): ProblemError | undefined {
    if (!this.loop.admits()) return busy(this.loop.retryAfterSeconds);
    return this.queue.admits() ? undefined : queueFull(this.queue.retryAfterSeconds);
  }
}

function bufferFull(retryAfterSeconds: number): ProblemError {
  const detail =
    'More waits to be stored than may wait (MAX_LAG_RECORDS, MAX_LAG_SECONDS); send the request again later.';
  return new ProblemError('buffer-full', detail, { retryAfterSeconds });
}

function bufferBehind(retryAfterSeconds: number): ProblemError {
  const detail =
    'More waits to be stored than background work may add to; send the request again later, or without Priority if it is urgent.';
  return new ProblemError('buffer-behind', detail, { retryAfterSeconds });
}

function busy(retryAfterSeconds: number): ProblemError {
  const detail = 'The gateway has more to do than it can; send the request again later.';
  return new ProblemError('gateway-busy', detail, { retryAfterSeconds });
}

function queueFull(retryAfterSeconds: number): ProblemError {
  const detail = 'The event log confirms more slowly than records arrive; send the request again later.';
  return new ProblemError('publish-queue-full', detail, { retryAfterSeconds });
}
