import { RefusedError, type Refusal } from '../refusal.js';

export interface AdmissionLimits {
  /** A larger body is refused for its size, however busy the service is: a repeat would never fit. */
  maxBodyBytes: number;
  maxConcurrentRequests: number;
  maxBytesInFlight: number;
}

/** From this share of the bytes on, memory is short. */
const SHORT_OF_MEMORY = 0.5;
/** The slowest lines that devices have are faster. */
const MIN_BYTES_A_SECOND = 1024;

/**
 * Decides which requests are admitted, so that the memory of the requests in progress stays bounded whatever arrives. A body that
 * is still arriving holds bytes but no slot: otherwise a thousand slow clients would keep all others out.
 */
export class Admission {
  #requests = 0;
  #slots = 0;
  #bytes = 0;
  /** Requests whose bodies are still arriving. */
  readonly #readers = new Set<Ticket>();
  readonly #idle: (() => void)[] = [];

  constructor(
    private readonly limits: AdmissionLimits,
    /** For Retry-After: how long the oldest request has waited for the event log, in milliseconds. */
    private readonly oldestWaitMs: () => number = () => 0,
  ) {}

  /** Requests that are read, checked or published now. */
  get requests(): number {
    return this.#requests;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether any request is checked or published now. A body that is still arriving costs no time. */
  get hasWork(): boolean {
    return this.#slots > 0;
  }

  /**
   * @param declaredBytes length of the body as far as the request declares it, else 0
   * @returns why the request has no room now, or `undefined` if it has
   */
  refusalOf(declaredBytes: number): Refusal | undefined {
    const bytes = Math.min(declaredBytes, this.limits.maxBodyBytes);
    const hasRoom = this.#bytes + bytes <= this.limits.maxBytesInFlight;
    return hasRoom && this.hasSlot ? undefined : this.overloaded();
  }

  /**
   * Lets one request in.
   *
   * @throws RefusedError `overloaded`
   */
  enter(declaredBytes: number): Ticket {
    const refusal = this.refusalOf(declaredBytes);
    if (refusal !== undefined) throw new RefusedError(refusal);
    this.#requests++;
    const ticket = new Ticket(this);
    this.#readers.add(ticket);
    return ticket;
  }

  /** For {@link Ticket}. @returns why there is no room, or `undefined` if there was */
  holdBytes(bytes: number): Refusal | undefined {
    if (this.#bytes + bytes > this.limits.maxBytesInFlight) return this.overloaded();
    this.#bytes += bytes;
    return undefined;
  }

  /** For {@link Ticket}. @throws RefusedError `overloaded` */
  claimSlot(ticket: Ticket): void {
    this.hasRead(ticket);
    if (!this.hasSlot) throw new RefusedError(this.overloaded());
    this.#slots++;
  }

  /** For {@link Ticket}. */
  leave(ticket: Ticket, { bytes, slots }: { bytes: number; slots: number }): void {
    this.hasRead(ticket);
    this.#requests--;
    this.#bytes -= bytes;
    this.#slots -= slots;
    if (this.#requests > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /**
   * Call it once a second. While memory is short, bodies that hardly move are given up: otherwise a few clients that stop in the
   * middle of theirs would hold all of it for as long as a request may take.
   */
  giveUpSlowBodies(): void {
    const isShort = this.#bytes > this.limits.maxBytesInFlight * SHORT_OF_MEMORY;
    for (const ticket of this.#readers) {
      if (ticket.readProgress() < MIN_BYTES_A_SECOND && isShort) ticket.onTooSlow?.();
    }
  }

  /** Resolves when every request that was admitted has left. */
  whenIdle(): Promise<void> {
    if (this.#requests === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** The tables that a Set has outgrown keep its former members for long: they must not keep bodies. */
  private hasRead(ticket: Ticket): void {
    this.#readers.delete(ticket);
    ticket.onTooSlow = undefined;
  }

  private get hasSlot(): boolean {
    return this.#slots < this.limits.maxConcurrentRequests;
  }

  private overloaded(): Refusal {
    const detail = 'The gateway has too many requests in progress; send the request again later.';
    return { code: 'overloaded', detail, retryAfterSeconds: Math.max(1, Math.ceil(this.oldestWaitMs() / 1000)) };
  }
}

/** One request that was admitted, and what it holds. Close it exactly once. */
export class Ticket {
  #bytes = 0;
  #slots = 0;
  #seenBytes: number | undefined;
  /** Called when the body is given up because it arrives too slowly. The reader of the body sets it; it is gone when all has arrived. */
  onTooSlow: (() => void) | undefined;

  constructor(private readonly admission: Admission) {}

  /** Bytes of the body that have arrived, and those that they were inflated to. */
  get bytes(): number {
    return this.#bytes;
  }

  /** For {@link Admission}. @returns the bytes that have arrived since the last call; infinite at the first one */
  readProgress(): number {
    const progress = this.#seenBytes === undefined ? Infinity : this.#bytes - this.#seenBytes;
    this.#seenBytes = this.#bytes;
    return progress;
  }

  /** @returns why the request can hold no more bytes, or `undefined` if it holds them */
  holdBytes(bytes: number): Refusal | undefined {
    const refusal = this.admission.holdBytes(bytes);
    if (refusal === undefined) this.#bytes += bytes;
    return refusal;
  }

  /**
   * The body has arrived: the request claims a slot among those that are checked and published. Call it once.
   *
   * @throws RefusedError `overloaded`
   */
  begin(): void {
    this.admission.claimSlot(this);
    this.#slots = 1;
  }

  close(): void {
    this.admission.leave(this, { bytes: this.#bytes, slots: this.#slots });
  }
}
