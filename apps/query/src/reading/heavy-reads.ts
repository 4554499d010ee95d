import { setTimeout } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { Clock } from '@sluice/async';
import { ProblemError } from '@sluice/http';
import { EngineTurns } from './engine-turns.js';

/** Injection token of {@link HeavyReadLimits}. */
export const HEAVY_READ_LIMITS = Symbol('HeavyReadLimits');

export interface HeavyReadLimits {
  /** Most heavy reads at one time, in one process. */
  maxAtOnce: number;
  /** Most records of one series. */
  maxRecords: number;
  /** Most time that the record store works for one answer, in milliseconds. */
  maxEngineMs: number;
}

export const DEFAULT_HEAVY_LIMITS: HeavyReadLimits = { maxAtOnce: 2, maxRecords: 500_000, maxEngineMs: 5_000 };

const RETRY_AFTER_SECONDS = 2;
const BEHIND_RETRY_SECONDS = 10;
/** A read that has begun waits so long for the worker to catch up: less than a gateway waits for the next part of an answer. */
const MAX_PAUSE_MS = 10_000;
const PAUSE_STEP_MS = 250;

/** Whether the gateway refuses requests because the buffer worker is behind. */
export type IsBehind = () => Promise<boolean>;

/**
 * Reads that may go through many records or dead letters, in one process. Two rules, both with the limit `maxAtOnce`:
 *
 * - Series, exports and searches of dead letters have a place from their beginning to their end; one more is refused.
 * - Each call of an engine takes a turn: a slice of a series or an export, a search, one step of a redrive. A redrive has
 *   no place, because it may run for hours: each of its steps waits for a turn in line with the others. So an export that never ends
 *   does not stop a redrive, and a redrive delays an answer by one step at most.
 */
export class HeavyReads {
  readonly #turns: EngineTurns;
  #places = 0;
  #steps = 0;
  #paused = 0;
  readonly #refused = { 'rate-limited': 0, 'buffer-behind': 0 };

  constructor(
    private readonly limits: HeavyReadLimits,
    private readonly isBehind: IsBehind,
    private readonly clock: Clock,
  ) {
    this.#turns = new EngineTurns(limits.maxAtOnce);
  }

  /** Places that are taken, and steps of a redrive that run. */
  get underWay(): number {
    return this.#places + this.#steps;
  }

  /** How many wait for a turn, or for the worker to catch up. */
  get waiting(): number {
    return this.#turns.waiting + this.#paused;
  }

  /** How many were refused since the start, by the code of the problem. */
  get refused(): Readonly<Record<'rate-limited' | 'buffer-behind', number>> {
    return this.#refused;
  }

  /**
   * Takes a place, which is given back when the connection of the answer is done with it.
   *
   * @throws ProblemError `rate-limited`, `buffer-behind`
   */
  async enter(reply: FastifyReply): Promise<HeavyRead> {
    // A connection that is closed already would never give the place back.
    if (reply.raw.destroyed || reply.raw.closed) throw clientGone();
    this.takePlace();
    reply.raw.once('close', () => this.#places--);
    await this.refuseWhileBehind();
    const parts = { turns: this.#turns, isGone: () => reply.raw.destroyed, untilCaughtUp: () => this.untilCaughtUp() };
    return new HeavyRead(parts, this.clock, this.limits.maxEngineMs);
  }

  /**
   * Searches dead letters: it has a place and a turn until `search` ends, which has a limit of time. Dead letters are in the event log,
   * so they can be searched while the record store has to catch up.
   *
   * @throws ProblemError `rate-limited`; what `search` throws
   */
  async search<T>(search: () => Promise<T>): Promise<T> {
    this.takePlace();
    try {
      return await this.#turns.run(search);
    } finally {
      this.#places--;
    }
  }

  /** Runs one step of a redrive when it has a turn. @throws what `step` throws */
  step<T>(step: () => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      this.#steps++;
      return step().finally(() => this.#steps--);
    });
  }

  /** @throws ProblemError `buffer-behind` */
  async refuseWhileBehind(): Promise<void> {
    if (!(await this.isBehind())) return;
    this.#refused['buffer-behind']++;
    throw behind();
  }

  private takePlace(): void {
    const { maxAtOnce } = this.limits;
    if (this.#places >= maxAtOnce) {
      this.#refused['rate-limited']++;
      throw tooMany(maxAtOnce);
    }
    this.#places++;
  }

  private async untilCaughtUp(): Promise<void> {
    if (!(await this.isBehind())) return;
    this.#paused++;
    try {
      for (let pausedMs = 0; await this.isBehind(); pausedMs += PAUSE_STEP_MS) {
        if (pausedMs >= MAX_PAUSE_MS) throw behind();
        await setTimeout(PAUSE_STEP_MS);
      }
    } finally {
      this.#paused--;
    }
  }
}

interface HeavyReadParts {
  turns: EngineTurns;
  isGone(): boolean;
  /** @throws ProblemError `buffer-behind` if that takes too long */
  untilCaughtUp(): Promise<void>;
}

/** One read that has its place. */
export class HeavyRead {
  #engineMs = 0;

  constructor(
    private readonly parts: HeavyReadParts,
    private readonly clock: Clock,
    private readonly maxEngineMs: number,
  ) {}

  /**
   * Asks the store for one slice of an answer that is put together in memory, once the worker is not behind.
   *
   * @throws ProblemError `too-many-values` if the store has worked too long for this answer, `buffer-behind`; what `work` throws
   */
  async slice<T>(work: () => Promise<T>): Promise<T> {
    if (this.#engineMs >= this.maxEngineMs) throw tooLong(this.maxEngineMs);
    await this.ready();
    return this.turn(async () => {
      const beganMs = this.clock.monotonicMs();
      const slice = await work();
      this.#engineMs += this.clock.monotonicMs() - beganMs;
      return slice;
    });
  }

  /** Waits while the worker is behind. @throws ProblemError `buffer-behind`; `overloaded` where the client has gone */
  async ready(): Promise<void> {
    await this.parts.untilCaughtUp();
    if (this.parts.isGone()) throw clientGone();
  }

  /** Asks the store for one slice of an answer that is sent as it is read. @throws what `work` throws */
  turn<T>(work: () => Promise<T>): Promise<T> {
    return this.parts.turns.run(work);
  }
}

function clientGone(): ProblemError {
  return new ProblemError('overloaded', 'The client has gone.');
}

function tooMany(maxAtOnce: number): ProblemError {
  const detail =
    `${maxAtOnce} series, exports or searches of dead letters are in progress, the most at one time in this process; ` +
    'send the request again when one has ended.';
  return new ProblemError('rate-limited', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

function behind(): ProblemError {
  const detail = 'The buffer worker is behind, and the record store has to catch up first; ask again later.';
  return new ProblemError('buffer-behind', detail, { retryAfterSeconds: BEHIND_RETRY_SECONDS });
}

function tooLong(maxEngineMs: number): ProblemError {
  const detail = `The record store worked ${maxEngineMs} ms for this answer, the most for one: ask for a shorter range with from and to.`;
  return new ProblemError('too-many-values', detail, { errors: [{ pointer: '?from', code: 'range', detail }] });
}
