import { ProblemError } from '#runtime';

export interface AdmissionLimits {
  maxConcurrentRequests: number;
  maxBytesInFlight: number;
}

/** Decides which requests are let in, so that the memory of the requests under way stays bounded whatever arrives. */
export class Admission {
  #requests = 0;
  #bytes = 0;
  readonly #idle: (() => void)[] = [];

  constructor(private readonly limits: AdmissionLimits) {}

  get requests(): number {
    return this.#requests;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Lets one request in.
   *
   * @param declaredBytes what Content-Length says, 0 if it is not there: too many are refused before they are read
   * @throws ProblemError `overloaded`
   */
  enter(declaredBytes: number): Ticket {
    if (this.#requests >= this.limits.maxConcurrentRequests) throw overloaded();
    if (this.#bytes + declaredBytes > this.limits.maxBytesInFlight) throw overloaded();
    this.#requests++;
    return new Ticket(this);
  }

  /** For {@link Ticket}. @returns whether there was room */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.limits.maxBytesInFlight) return false;
    this.#bytes += bytes;
    return true;
  }

  /** For {@link Ticket}. */
  leave(bytes: number): void {
    this.#requests--;
    this.#bytes -= bytes;
    if (this.#requests > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Resolves when every request that was let in has left. */
  whenIdle(): Promise<void> {
    if (this.#requests === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }
}

/** One request that was let in, and the bytes that it holds. Whoever has it closes it exactly once. */
export class Ticket {
  #bytes = 0;

  constructor(private readonly admission: Admission) {}

  /** @returns why the request can have no more bytes, or `undefined` if it has them */
  take(bytes: number): ProblemError | undefined {
    if (!this.admission.take(bytes)) return overloaded();
    this.#bytes += bytes;
    return undefined;
  }

  close(): void {
    this.admission.leave(this.#bytes);
  }
}

function overloaded(): ProblemError {
  return new ProblemError(
    'overloaded',
    'The gateway has as much under way as it can hold; send the request again later.',
  );
}
