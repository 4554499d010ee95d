import type { Clock } from '@sluice/async';
import type { ProblemCode } from '@sluice/contracts';
import type { EventPublisher } from '@sluice/event-log';
import type { IngestLogger } from '../logger.js';
import type { Refusal } from '../refusal.js';
import { AdmissionBudget } from './admission-budget.js';
import type { Admission } from './admission.js';
import type { LagWatch } from './lag-watch.js';
import { PublishDelay } from './publish-delay.js';

/** The causes for which load is shed, each the code of its problem, in the order in which a request meets them. */
export const SHEDDING_CODES = [
  'buffer-full',
  'buffer-behind',
  'overloaded',
  'gateway-busy',
  'publish-queue-full',
] as const satisfies readonly ProblemCode[];

export type SheddingCode = (typeof SHEDDING_CODES)[number];

/** Delays above which less is admitted, in milliseconds; 0: no limit. The names are those of the settings. */
export interface DelayLimits {
  maxEventLoopDelayMs: number;
  maxPublishDelayMs: number;
}

/** What load shedding reads of a request. */
export interface RequestLoad {
  /** `Priority` of RFC 9218. */
  priority: string | undefined;
  /** Length of the body as far as the request declares it, else 0. */
  declaredBytes: number;
}

/**
 * Decides before the body of a request is read whether there is room for it. What the decision rests on is measured beside the
 * requests: for each of them it is a few comparisons.
 */
export class LoadShedding {
  private readonly loop: AdmissionBudget;
  private readonly queue: AdmissionBudget;
  private readonly publishDelay = new PublishDelay();
  private readonly changes: SheddingChanges;
  #hasOverflowed = false;

  constructor(
    limits: DelayLimits,
    private readonly admission: Admission,
    private readonly publisher: EventPublisher,
    private readonly watch: LagWatch,
    clock: Clock,
    logger: IngestLogger,
  ) {
    this.loop = new AdmissionBudget(limits.maxEventLoopDelayMs);
    this.queue = new AdmissionBudget(limits.maxPublishDelayMs);
    this.changes = new SheddingChanges(clock, logger);
  }

  /** @returns why the request is shed, or `undefined` if it may continue */
  refusalOf({ priority, declaredBytes }: RequestLoad): Refusal | undefined {
    return this.lagRefusal(priority) ?? this.roomRefusal(declaredBytes) ?? this.delayRefusal();
  }

  /** Call it 20 times a second: applies the delays and logs what has changed. */
  observe(eventLoopDelayMs: number): void {
    const publishDelayMs = this.publishDelay.measure(this.publisher.load, performance.now());
    this.loop.observe(eventLoopDelayMs);
    if (publishDelayMs === 0) this.queue.reset();
    else this.queue.observe(publishDelayMs);
    for (const code of SHEDDING_CODES) this.changes.note(code, this.shareOf(code) < 1);
    this.#hasOverflowed = false;
  }

  /** The share of the requests that this cause admits now, 0 to 1; for `buffer-behind`, of background work. */
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

  private lagRefusal(priority: string | undefined): Refusal | undefined {
    const { background, everything, lag } = this.watch;
    if (everything.isReached) return refusal('buffer-full', lag.drainSeconds);
    return background.isReached && isBackground(priority) ? refusal('buffer-behind', lag.drainSeconds) : undefined;
  }

  private roomRefusal(declaredBytes: number): Refusal | undefined {
    const noRoom = this.admission.refusalOf(declaredBytes);
    if (noRoom !== undefined) this.#hasOverflowed = true;
    return noRoom;
  }

  private delayRefusal(): Refusal | undefined {
    if (!this.loop.admits()) return refusal('gateway-busy', this.loop.retryAfterSeconds);
    return this.queue.admits() ? undefined : refusal('publish-queue-full', this.queue.retryAfterSeconds);
  }
}

const DETAILS = {
  'buffer-full': 'The lag exceeds MAX_LAG_RECORDS or MAX_LAG_SECONDS; send the request again later.',
  'buffer-behind':
    'The lag exceeds the limit for background work; send the request again later, or without Priority if it is urgent.',
  'gateway-busy': 'The gateway is overloaded; send the request again later.',
  'publish-queue-full': 'The event log acknowledges more slowly than records arrive; send the request again later.',
};

function refusal(code: keyof typeof DETAILS, retryAfterSeconds: number): Refusal {
  return { code, detail: DETAILS[code], retryAfterSeconds };
}

/** RFC 9218: urgency 0 is the most urgent, 7 is background; without one it is 3. */
const DEFAULT_URGENCY = 3;
const URGENCY = /(?:^|,)[ \t]*u=([0-7])[ \t]*(?=$|[,;])/g;

/**
 * Whether a request is background work, which is shed first: urgency 4 to 7 of `Priority`. An unreadable value counts as absent,
 * and the last of several holds, as the RFC has it.
 */
export function isBackground(priority: string | undefined): boolean {
  if (priority === undefined) return false;
  const urgency = [...priority.matchAll(URGENCY)].at(-1)?.[1];
  return Number(urgency ?? DEFAULT_URGENCY) > DEFAULT_URGENCY;
}

/** Without shedding for this long it has ended: a load at the limit does not write two lines a second. */
const CALM_MS = 5000;

/** Logs, once for each change and cause, that load shedding has begun and that it has ended. */
class SheddingChanges {
  /** When each cause that has not ended was last active. */
  readonly #lastActiveMs = new Map<SheddingCode, number>();

  constructor(
    private readonly clock: Clock,
    private readonly logger: IngestLogger,
  ) {}

  note(code: SheddingCode, isShedding: boolean): void {
    const lastActiveMs = this.#lastActiveMs.get(code);
    if (isShedding) {
      this.#lastActiveMs.set(code, this.clock.monotonicMs());
      if (lastActiveMs === undefined)
        this.logger.warn({ code }, 'requests are being answered 503: see docs/internals/overload.md');
    } else if (lastActiveMs !== undefined && this.clock.monotonicMs() - lastActiveMs >= CALM_MS) {
      this.#lastActiveMs.delete(code);
      this.logger.warn({ code }, 'requests are no longer answered 503 for this');
    }
  }
}
