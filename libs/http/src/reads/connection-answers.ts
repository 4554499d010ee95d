import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { READ_LIMITS } from './read-limits.js';
import type { ReadTurns } from './read-turns.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who reads, as far as it is known: limits of a client count by this. */
    client?: string;
    /** The devices that the client may read, on routes that show what their client may read; `undefined`: all. */
    readable?: readonly string[] | undefined;
  }
}

/** With this many requests that wait for the answers before theirs, a connection is not read. */
const MAX_WAITING = 16;
/** With more that wait on all connections together, those that have more than {@link MAX_WAITING} are cut. */
const MAX_WAITING_IN_ALL = 2_048;
const SMALL_BYTES = 4 * 1024;
/** A stop waits this long for answers that are on their way. */
const STOP_GRACE_MS = 2_000;

/** One connection: its latest answer, and the requests that wait for the answers before theirs. */
interface Connection {
  last: ServerResponse | undefined;
  waiting: Set<() => void>;
  /** Whether those that wait continue when it closes. */
  isWatched: boolean;
}

/**
 * Puts reads in order, before they cost anything but their headers:
 *
 * - a connection has one answer at a time: a read waits until the client has consumed the answer before it
 * - each read takes a turn of the event loop, so that ingest goes first; probes and metrics do not wait
 * - if the client consumes nothing of an answer for too long, its connection ends; a shutdown ends it too
 */
export class ConnectionAnswers {
  readonly #connections = new WeakMap<Socket, Connection>();
  #waiting = 0;

  constructor(private readonly turns: ReadTurns) {}

  /** Call it before the server listens. */
  follow(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      const { socket } = request.raw;
      const connection = this.connectionOf(socket);
      const before = connection.last;
      connection.last = reply.raw;
      if (!isRead(request)) return done();
      void this.admit(request, connection, before).then((isAwaited) => (isAwaited ? done() : undefined));
    });
    fastify.addHook('onSend', (_request, { raw }, payload, done) => {
      if (mayStayUntaken(payload)) raw.setTimeout(READ_LIMITS.untakenMs, () => raw.destroy());
      done(null, payload);
    });
    fastify.addHook('preClose', (done) => {
      setTimeout(() => fastify.server.closeAllConnections(), STOP_GRACE_MS).unref();
      done();
    });
  }

  /** @returns false if the client has disconnected */
  private async admit(request: FastifyRequest, connection: Connection, before?: ServerResponse): Promise<boolean> {
    const { socket } = request.raw;
    await this.whenAnswered(connection, before, socket);
    if (!socket.destroyed && !isProbe(request)) await this.turns.begin();
    return !socket.destroyed;
  }

  private connectionOf(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const connection = { last: undefined, waiting: new Set<() => void>(), isWatched: false };
    this.#connections.set(socket, connection);
    return connection;
  }

  /** Resolves when the connection closes too: answers that wait for their turn are not notified otherwise. */
  private async whenAnswered(connection: Connection, before: ServerResponse | undefined, socket: Socket) {
    if (before === undefined || before.closed || socket.destroyed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    before.once('close', resolve);
    this.wait(connection, socket, resolve);
    await promise;
    this.goOn(connection, socket, resolve);
  }

  private wait(connection: Connection, socket: Socket, goOn: () => void): void {
    const { waiting, isWatched } = connection;
    if (!isWatched) socket.once('close', () => waiting.forEach((resolve) => resolve()));
    connection.isWatched = true;
    waiting.add(goOn);
    this.#waiting++;
    if (waiting.size < MAX_WAITING) return;
    socket.pause();
    if (this.#waiting > MAX_WAITING_IN_ALL) socket.destroy();
  }

  private goOn({ waiting }: Connection, socket: Socket, waited: () => void): void {
    waiting.delete(waited);
    this.#waiting--;
    if (waiting.size === MAX_WAITING - 1) socket.resume();
  }
}

/** The operating system accepts a small answer at once, for every client. */
function mayStayUntaken(payload: unknown): boolean {
  const { length = Infinity } = (payload ?? '') as { length?: number };
  return length >= SMALL_BYTES;
}

/** All but what devices send. */
function isRead({ method }: FastifyRequest): boolean {
  return method !== 'POST';
}

function isProbe({ routeOptions: { url } }: FastifyRequest): boolean {
  return url === '/metrics' || (url?.startsWith('/health/') ?? false);
}
