import type { FastifyReply } from 'fastify';
import { ProblemError } from '../problem-error.js';
import { ClientTally } from './client-tally.js';

const MAX_STREAMS_PER_CLIENT = 8;
const RETRY_AFTER_SECONDS = 10;

/** The open streams of each client, of all kinds together, so that one client cannot occupy all of them. */
export class ClientStreams {
  readonly #open = new ClientTally();

  constructor(private readonly maxPerClient = MAX_STREAMS_PER_CLIENT) {}

  /** @throws ProblemError `too-many-streams` */
  requirePlace(client: string | undefined): void {
    if (this.#open.of(client) < this.maxPerClient) return;
    const detail = `This client has ${this.maxPerClient} streams open, the most that one may have; close one.`;
    throw new ProblemError('too-many-streams', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }

  /** Counts a stream until its connection closes. */
  count({ raw, request: { client } }: FastifyReply): void {
    this.#open.add(client, 1);
    raw.once('close', () => this.#open.add(client, -1));
  }
}
