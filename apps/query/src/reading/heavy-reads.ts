import { setTimeout } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { Clock } from '@sluice/async';
import { ProblemError } from '@sluice/http';

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
 * Reads that may go through many records: few at one time, none while the store has to catch up, each in short slices, so that
 * writes go on in between.
 */
export class HeavyReads {
  #underWay = 0;
  #refused = 0;

  constructor(
    private readonly limits: HeavyReadLimits,
    private readonly isBehind: IsBehind,
    private readonly clock: Clock,
  ) {}

  get underWay(): number {
    return this.#underWay;
  }

  /** How many were refused with `rate-limited`. */
  get refused(): number {
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
    if (this.#underWay >= this.limits.maxAtOnce) throw this.tooMany();
    this.#underWay++;
    reply.raw.once('close', () => this.#underWay--);
    if (await this.isBehind()) throw behind();
    return new HeavyRead(this.isBehind, this.clock, this.limits.maxEngineMs, () => reply.raw.destroyed);
  }

  private tooMany(): ProblemError {
    this.#refused++;
    const detail = `${this.limits.maxAtOnce} series or exports are under way, the most at one time; ask again when one has ended.`;
    return new ProblemError('rate-limited', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
}

/** One read that has its place. */
export class HeavyRead {
  #engineMs = 0;

  constructor(
    private readonly isBehind: IsBehind,
    private readonly clock: Clock,
    private readonly maxEngineMs: number,
    private readonly isGone: () => boolean,
  ) {}

  /**
   * Asks the store for one slice of an answer that is put together in memory, once the worker is not behind.
   *
   * @throws ProblemError `too-many-values` if the store has worked too long for this answer, `buffer-behind`; what `work` throws
   */
  async slice<T>(work: () => Promise<T>): Promise<T> {
    if (this.#engineMs >= this.maxEngineMs) throw tooLong(this.maxEngineMs);
    await this.turn();
    const beganMs = this.clock.monotonicMs();
    const slice = await work();
    this.#engineMs += this.clock.monotonicMs() - beganMs;
    return slice;
  }

  /** Waits while the worker is behind. @throws ProblemError `buffer-behind`; `overloaded` where the client has gone */
  async turn(): Promise<void> {
    for (let pausedMs = 0; await this.isBehind(); pausedMs += PAUSE_STEP_MS) {
      if (pausedMs >= MAX_PAUSE_MS) throw behind();
      await setTimeout(PAUSE_STEP_MS);
    }
    if (this.isGone()) throw clientGone();
  }
}

function clientGone(): ProblemError {
  return new ProblemError('overloaded', 'The client has gone.');
}

function behind(): ProblemError {
  const detail = 'The buffer worker is behind, and the record store has to catch up first; ask again later.';
  return new ProblemError('buffer-behind', detail, { retryAfterSeconds: BEHIND_RETRY_SECONDS });
}

function tooLong(maxEngineMs: number): ProblemError {
  const detail = `The record store worked ${maxEngineMs} ms for this answer, the most for one: ask for a shorter range with from and to.`;
  return new ProblemError('too-many-values', detail, { errors: [{ pointer: '?from', code: 'range', detail }] });
}
