import type { IncomingHttpHeaders } from 'node:http';
import { ProblemError } from '@sluice/http';

export interface AdmissionLimits {
  /** What is larger is refused as that, however busy we are: a repeat would never fit. */
  maxBodyBytes: number;
  maxConcurrentRequests: number;
  maxBytesInFlight: number;
}

/** From this share of the bytes on, memory is short. */
const SHORT_OF_MEMORY = 0.5;
/** The slowest lines that devices have are faster. */
const MIN_BYTES_A_SECOND = 1024;

/**
 * Decides which requests are let in, so that the memory of the requests under way stays bounded whatever arrives. A body on its
 * way takes bytes but no place: else a thousand clients that send theirs slowly would keep everybody else out.
 */
export class Admission {
  #requests = 0;
  #places = 0;
  #bytes = 0;
  /** Requests whose bodies are on their way. */
  readonly #readers = new Set<Ticket>();
  readonly #idle: (() => void)[] = [];

  constructor(
    private readonly limits: AdmissionLimits,
    /** For an honest Retry-After: how long the oldest request has waited for the log, in milliseconds. */
    private readonly oldestWaitMs: () => number = () => 0,
  ) {}

  /** Requests that are read, checked or published now. */
  get requests(): number {
    return this.#requests;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether any request is checked or published now. One whose body is still on its way costs no time. */
  get hasWork(): boolean {
    return this.#places > 0;
  }

  /** By its head alone. @returns why a request has no room now, or `undefined` if it has */
  refusalOf({ 'content-length': length = '0' }: IncomingHttpHeaders): ProblemError | undefined {
    const declaredBytes = Math.min(Number(length), this.limits.maxBodyBytes);
    const hasRoom = this.#bytes + declaredBytes <= this.limits.maxBytesInFlight;
    return hasRoom && this.hasPlace ? undefined : this.overloaded();
  }

  /**
   * Lets one request in.
   *
   * @throws ProblemError `overloaded`
   */
  enter(headers: IncomingHttpHeaders): Ticket {
    const refusal = this.refusalOf(headers);
    if (refusal !== undefined) throw refusal;
    this.#requests++;
    const ticket = new Ticket(this);
    this.#readers.add(ticket);
    return ticket;
  }

  /** For {@link Ticket}. @returns why there is no room, or `undefined` if there was */
  take(bytes: number): ProblemError | undefined {
    if (this.#bytes + bytes > this.limits.maxBytesInFlight) return this.overloaded();
    this.#bytes += bytes;
    return undefined;
  }

  /** For {@link Ticket}. @throws ProblemError `overloaded` */
  takePlace(ticket: Ticket): void {
    this.#readers.delete(ticket);
    if (!this.hasPlace) throw this.overloaded();
    this.#places++;
  }

  /** For {@link Ticket}. */
  leave(ticket: Ticket, { bytes, places }: { bytes: number; places: number }): void {
    this.#readers.delete(ticket);
    this.#requests--;
    this.#bytes -= bytes;
    this.#places -= places;
    if (this.#requests > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /**
   * To be called once a second. While memory is short, bodies that hardly move are given up: else a few clients that stop in the
   * middle of theirs would hold all of it for as long as a request may take.
   */
  giveUpSlowBodies(): void {
    const isShort = this.#bytes > this.limits.maxBytesInFlight * SHORT_OF_MEMORY;
    for (const ticket of this.#readers) {
      if (ticket.takeProgress() < MIN_BYTES_A_SECOND && isShort) ticket.onTooSlow();
    }
  }

  /** Resolves when every request that was let in has left. */
  whenIdle(): Promise<void> {
    if (this.#requests === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  private get hasPlace(): boolean {
    return this.#places < this.limits.maxConcurrentRequests;
  }

  private overloaded(): ProblemError {
    const detail = 'The gateway has as much under way as it can hold; send the request again later.';
    const retryAfterSeconds = Math.max(1, Math.ceil(this.oldestWaitMs() / 1000));
    return new ProblemError('overloaded', detail, { retryAfterSeconds });
  }
}

/** One request that was let in, and what it holds. Whoever has it closes it exactly once. */
export class Ticket {
  #bytes = 0;
  #places = 0;
  #seenBytes: number | undefined;
  /** Called when the body is no longer waited for. Whoever reads it sets this. */
  onTooSlow: () => void = () => undefined;

  constructor(private readonly admission: Admission) {}

  /** Bytes of the body that have arrived, and those that they were inflated to. */
  get bytes(): number {
    return this.#bytes;
  }

  /** For {@link Admission}. @returns the bytes that have come since the last call; endless at the first one */
  takeProgress(): number {
    const progress = this.#seenBytes === undefined ? Infinity : this.#bytes - this.#seenBytes;
    this.#seenBytes = this.#bytes;
    return progress;
  }

  /** @returns why the request can have no more bytes, or `undefined` if it has them */
  take(bytes: number): ProblemError | undefined {
    const refusal = this.admission.take(bytes);
    if (refusal === undefined) this.#bytes += bytes;
    return refusal;
  }

  /**
   * The body has arrived: the request takes a place among those that are checked and published. Call it once.
   *
   * @throws ProblemError `overloaded`
   */
  begin(): void {
    this.admission.takePlace(this);
    this.#places = 1;
  }

  close(): void {
    this.admission.leave(this, { bytes: this.#bytes, places: this.#places });
  }
}
