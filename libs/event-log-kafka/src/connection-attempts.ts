import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { logLevel, type ISocketFactory, type logCreator } from 'kafkajs';
import { isCoordinatorUnknown } from './kafka-errors.js';
import type { TlsContext } from './tls-context.js';

const KEEP_ALIVE_MS = 60_000;
/** The line at which KafkaJS drops the broker's answer to a search for a coordinator. */
const COORDINATOR_LINE = 'Tried to find group coordinator';

/** A message of Kafka begins with its length, which is below 16 MiB. A TLS alert and an HTTP answer begin with something else. */
const FIRST_BYTE = 0;

/**
 * The connections of one KafkaJS client and their failures. KafkaJS retries silently, some of its retries never end, and some of
 * its errors hide the broker's answer: this class keeps the cause, and gives an abandoned client no more sockets.
 */
export class ConnectionAttempts {
  #lastError: Error | undefined;
  #coordinatorError: Error | undefined;
  #isOver = false;

  /** @param onFailed called with the error of each connection that failed */
  constructor(private readonly onFailed: (error: Error) => void = () => undefined) {}

  /** Why the last connection failed; `undefined` once another one has been answered. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  /** From now on every attempt fails at once. */
  end(): void {
    this.#isOver = true;
  }

  /** The error itself, or the one that it hides. */
  revealed(error: Error): Error {
    return isCoordinatorUnknown(error) ? (this.#coordinatorError ?? error) : error;
  }

  /** @param tls left out: connections are not encrypted */
  socketFactoryFor(tls?: TlsContext): ISocketFactory {
    return ({ host, port, onConnect }) => {
      if (this.#isOver) throw new Error('the client is closed');
      const name = isIP(host) === 0 ? { servername: host } : {};
      const socket =
        tls === undefined
          ? connect({ host, port }, onConnect)
          : connectTls({ host, port, ...name, ...tls.options() }, onConnect);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      this.watch(socket);
      return socket;
    };
  }

  /** Settings of a client that searches for a coordinator: KafkaJS writes the line that is needed at this level. */
  readonly logging = {
    logLevel: logLevel.DEBUG,
    logCreator: (() =>
      ({ log }) => {
        if (log.message === COORDINATOR_LINE) this.#coordinatorError = log['error'] as Error;
      }) satisfies logCreator,
  };

  private watch(socket: Socket): void {
    let isConnected = false;
    let isAnswered = false;
    let failure: Error | undefined;
    socket.once('connect', () => (isConnected = true));
    socket.once('data', (bytes: Buffer) => {
      isAnswered = bytes[0] === FIRST_BYTE;
      if (isAnswered) this.#lastError = undefined;
    });
    socket.once('error', (error) => (failure = error));
    socket.once('close', () => {
      if (!isAnswered && !this.#isOver) this.failed(failure ?? (isConnected ? CLOSED : TIMED_OUT));
    });
  }

  private failed(error: Error): void {
    this.#lastError = error;
    this.onFailed(error);
  }
}

const CLOSED = Object.assign(new Error('Closed connection'), { code: 'ECONNRESET' });
const TIMED_OUT = Object.assign(new Error('Connection timeout'), { code: 'ETIMEDOUT' });
