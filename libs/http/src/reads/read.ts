import type { FastifyReply } from 'fastify';

/** Where the bytes that a read holds are counted. */
export interface ReadAccount {
  /** Waits for room for one step. @returns the bytes to give back. @throws ProblemError `overloaded`, `stopping` */
  reserve(read: Read): Promise<number>;
  giveBack(bytes: number): void;
  /** A part of an answer replaces the one before, of `before` bytes. */
  hold(bytes: number, before: number): void;
  /** Idempotent. */
  leave(read: Read): void;
}

/** One read that was admitted, and the part of its answer that is held for the client. */
export class Read {
  readonly client: string | undefined;
  /** Resolves when the answer is consumed or the client has disconnected. */
  readonly ended: Promise<void>;
  #heldBytes = 0;
  /** `undefined` once it has ended. The tables that a Set has outgrown keep its former members for long: they must not keep answers. */
  #reply: FastifyReply | undefined;
  #untaken: NodeJS.Timeout | undefined;

  constructor(
    private readonly account: ReadAccount,
    reply: FastifyReply,
    private readonly untakenMs: number,
  ) {
    this.#reply = reply;
    this.client = reply.request.client;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    reply.raw.once('close', () => {
      this.end();
      resolve();
    });
  }

  /**
   * Reads and encodes one part of the answer once there is room for it.
   *
   * @throws ProblemError `overloaded`, `stopping`; what `work` throws
   */
  async step<T>(work: () => Promise<T>): Promise<T> {
    const reserved = await this.account.reserve(this);
    try {
      return await work();
    } finally {
      this.account.giveBack(reserved);
    }
  }

  /** These bytes are sent to the client. If it consumes none of them for too long, its connection ends. */
  give(bytes: number): void {
    if (this.#reply === undefined) return;
    this.hold(bytes);
    this.#untaken ??= setTimeout(() => this.cut(), this.untakenMs).unref();
    this.#untaken.refresh();
  }

  /** The client has consumed the bytes that were sent. */
  taken(): void {
    if (this.#reply !== undefined) this.hold(0);
  }

  cut(): void {
    this.#reply?.raw.destroy();
  }

  private hold(bytes: number): void {
    const before = this.#heldBytes;
    this.#heldBytes = bytes;
    this.account.hold(bytes, before);
  }

  private end(): void {
    this.hold(0);
    this.#reply = undefined;
    clearTimeout(this.#untaken);
    this.account.leave(this);
  }
}
