import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { pause } from '@sluice/async';
import { ProblemError } from './problem-error.js';
import { streamOf } from './reads/answer-in-parts.js';
import { ClientStreams } from './reads/client-streams.js';

/** A reader that consumes nothing for this long, although data is ready for it, is disconnected. */
const STALLED_AFTER_MS = 60_000;
/** A shutdown waits this long for readers to consume the sent events and the last one. */
const GOODBYE_MS = 1_000;
/** Retrying sooner would not free a slot. */
const RETRY_AFTER_SECONDS = 10;

const STOPPING = 'stopping';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Calls back once if the access of this request ends. The access control provides it.
     *
     * @returns what ends the wait: call it when the answer is over
     */
    onAccessEnd?(listener: (reason: string) => void): () => void;
  }
}

/** Why a stream ends: `stopping`, or a reason of the access control such as `token-revoked`. */
export function endReason({ reason }: AbortSignal): string {
  return typeof reason === 'string' ? reason : STOPPING;
}

/** Endless answers: a limited number at a time, each ended when its reader disconnects or the process stops. */
export class OpenStreams implements BeforeApplicationShutdown {
  readonly #open = new Map<FastifyReply, AbortController>();
  #isClosed = false;

  /** @param clients counts the streams of each client; shared by all kinds of streams of a process */
  constructor(
    private readonly maxStreams: number,
    private readonly clients = new ClientStreams(),
    private readonly stalledAfterMs = STALLED_AFTER_MS,
  ) {}

  get count(): number {
    return this.#open.size;
  }

  /** Call it before an answer costs anything. @throws ProblemError `too-many-streams`, `stopping` */
  requirePlace(client?: string): void {
    if (this.#isClosed) throw new ProblemError('stopping', 'The service is stopping; connect again.');
    this.clients.requirePlace(client);
    if (this.count < this.maxStreams) return;
    const detail = `All ${this.maxStreams} streams of this kind are in use; close one, or connect again later.`;
    throw new ProblemError('too-many-streams', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }

  /**
   * Sends what `parts` yields, with the headers of the reply. The next part is requested only while the reader consumes what it
   * received: a slow reader costs no memory. Once its signal is aborted, it may send a last event, and returns. {@link endReason} of the
   * signal says why: the process stops, or the access that the request had has ended.
   *
   * @throws ProblemError `too-many-streams`, `stopping`
   */
  answer(reply: FastifyReply, parts: (end: AbortSignal) => AsyncIterable<string | Buffer>): void {
    this.requirePlace(reply.request.client);
    // The reader has gone while its answer was prepared.
    if (reply.raw.destroyed) return;
    const end = new AbortController();
    this.#open.set(reply, end);
    this.clients.count(reply);
    reply.raw.once('close', () => {
      this.#open.delete(reply);
      end.abort();
    });
    const unwatch = reply.request.onAccessEnd?.((reason) => endNow(reply, end, reason));
    reply.raw.once('close', () => unwatch?.());
    void reply.send(streamOf(parts(end.signal)));
    reply.raw.setTimeout(this.stalledAfterMs, () => reply.raw.destroy());
  }

  /** Ends all, before the HTTP server closes, which waits for every answer that is in progress. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isClosed = true;
    const closed = Array.from(this.#open.keys(), ({ raw }) => new Promise((resolve) => raw.once('close', resolve)));
    for (const end of this.#open.values()) end.abort(STOPPING);
    const over = new AbortController();
    await Promise.race([Promise.all(closed), pause(GOODBYE_MS, over.signal)]);
    over.abort();
    for (const { raw } of this.#open.keys()) raw.destroy();
  }
}

/** Ends one stream with its connection. A reader that does not consume the last event in time does not get it. */
function endNow({ raw }: FastifyReply, end: AbortController, reason: string): void {
  const { socket } = raw;
  const timer = setTimeout(() => raw.destroy(), GOODBYE_MS).unref();
  raw.once('close', () => {
    clearTimeout(timer);
    socket?.destroySoon();
  });
  end.abort(reason);
}
