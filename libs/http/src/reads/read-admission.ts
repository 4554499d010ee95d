import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { pause } from '@sluice/async';
import { ProblemError } from '../problem-error.js';
import { ClientTally } from './client-tally.js';
import { READ_LIMITS, type ReadLimits } from './read-limits.js';
import { Read, type ReadAccount } from './read.js';
import { WaitingLine } from './waiting-line.js';

/** A shutdown waits this long for clients to consume their answers. */
const STOP_GRACE_MS = 1_000;
const RETRY_AFTER_SECONDS = 2;
/** A step needs about four times its part: what the engine sends, the records, their text and its bytes. */
const STEP_FACTOR = 4;
const MIN_STEP_BYTES = 2 * 1024 * 1024;

/**
 * Admits reads, so that the memory of their answers stays bounded, and no client occupies all slots. A read waits a few
 * seconds for a slot; then, or if too many wait, it is refused with `overloaded`. One for each process.
 */
export class ReadAdmission implements BeforeApplicationShutdown, ReadAccount {
  readonly #reads = new Set<Read>();
  readonly #underWay = new Set<Read>();
  readonly #ofClient = new ClientTally();
  readonly #underWayOfClient = new ClientTally();
  readonly #places = new WaitingLine<Read>();
  readonly #rooms = new WaitingLine<Read>();
  #heldBytes = 0;
  #reservedBytes = 0;
  #refused = 0;
  #largestPart = 0;
  #isClosed = false;

  constructor(private readonly limits: ReadLimits = READ_LIMITS) {}

  /** Bytes of responses that clients have not consumed yet. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  get waiting(): number {
    return this.#places.length;
  }

  /** How many reads were refused with `overloaded`. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Resolves when the read has a slot. The slot is freed when the answer is consumed or the client has disconnected.
   *
   * @throws ProblemError `overloaded`, `stopping`
   */
  async enter(reply: FastifyReply): Promise<Read> {
    const { client } = reply.request;
    if (this.#isClosed) throw stopping();
    if (reply.raw.destroyed || reply.raw.closed) throw clientGone();
    if (this.#reads.size >= this.limits.maxReads) throw this.overloaded(`${this.limits.maxReads} reads are under way`);
    if (this.#ofClient.of(client) >= this.limits.maxReadsPerClient)
      throw this.overloaded(`${this.limits.maxReadsPerClient} reads of this client are under way`);
    const read = new Read(this, reply, this.limits.untakenMs);
    this.#reads.add(read);
    this.#ofClient.add(client, 1);
    await this.#places.enter(read, () => this.tryBegin(read), this.patience('No read before this one ended in time'));
    return read;
  }

  /** Waiting reads are refused; clients that do not consume their answers within a short grace period are disconnected. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isClosed = true;
    this.#places.refuseAll(stopping);
    this.#rooms.refuseAll(stopping);
    const over = new AbortController();
    await Promise.race([Promise.all(Array.from(this.#reads, ({ ended }) => ended)), pause(STOP_GRACE_MS, over.signal)]);
    over.abort();
    for (const read of this.#reads) read.cut();
  }

  /** For {@link Read}: waits for room for one step. @returns the bytes to give back. @throws ProblemError `overloaded`, `stopping` */
  async reserve(read: Read): Promise<number> {
    if (this.#isClosed) throw stopping();
    const bytes = Math.max(MIN_STEP_BYTES, STEP_FACTOR * this.#largestPart);
    const tryReserve = (): boolean => {
      const used = this.#heldBytes + this.#reservedBytes;
      if (used > 0 && used + bytes > this.limits.maxHeldBytes) return false;
      this.#reservedBytes += bytes;
      return true;
    };
    await this.#rooms.enter(read, tryReserve, this.patience('Unconsumed responses of clients fill the memory'));
    return bytes;
  }

  /** For {@link Read}. */
  giveBack(bytes: number): void {
    this.#reservedBytes -= bytes;
    this.#rooms.admit();
  }

  /** For {@link Read}: a part of its answer replaces the one before. */
  hold(bytes: number, before: number): void {
    this.#largestPart = Math.max(this.#largestPart, bytes);
    this.#heldBytes += bytes - before;
    if (bytes < before) this.#rooms.admit();
  }

  /** For {@link Read}. Idempotent. */
  leave(read: Read): void {
    if (!this.#reads.delete(read)) return;
    this.#ofClient.add(read.client, -1);
    if (this.#underWay.delete(read)) this.#underWayOfClient.add(read.client, -1);
    this.#places.refuse(read, clientGone());
    this.#rooms.refuse(read, clientGone());
    this.#places.admit();
  }

  private tryBegin(read: Read): boolean {
    const { maxUnderWay, maxUnderWayPerClient } = this.limits;
    if (this.#underWay.size >= maxUnderWay) return false;
    if (this.#underWayOfClient.of(read.client) >= maxUnderWayPerClient) return false;
    this.#underWay.add(read);
    this.#underWayOfClient.add(read.client, 1);
    return true;
  }

  private patience(why: string) {
    return { maxWaitMs: this.limits.maxWaitMs, refusal: () => this.overloaded(why) };
  }

  private overloaded(why: string): ProblemError {
    this.#refused++;
    const detail = `${why}; send the request again later, with fewer requests in parallel.`;
    return new ProblemError('overloaded', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
}

function stopping(): ProblemError {
  return new ProblemError('stopping', 'The service is stopping; send the request again.');
}

/** Ends the work for a client that has disconnected. */
function clientGone(): ProblemError {
  return new ProblemError('overloaded', 'The client has gone.');
}
