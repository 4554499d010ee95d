import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { problemOf, type ProblemCode } from '@sluice/contracts';
import { PROBLEM_CONTENT_TYPE } from './problem.filter.js';

/** A refused client reads its answer and disconnects; one that does not is disconnected. */
const LINGER_MS = 2_000;

/** The last request on a connection. Answers are sent in the order of requests, so this one's comes last. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** The answer before this one. */
  before: ServerResponse | undefined;
}

const lastOn = new WeakMap<Socket, Exchange>();
const refused = new WeakSet<Socket>();

/** An unknown expectation is ignored; Node's own refusal would be a 417 without a body. */
export function passOverExpectations(server: Server): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

/** Lets {@link refuseBrokenHttp} know which requests of a connection are still to be answered. */
export function followExchanges(server: Server): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    lastOn.set(request.socket, { request, response, before: lastOn.get(request.socket)?.response });
  });
}

/**
 * Ends a connection that received bytes which are not HTTP: they never become a request, so the problem is written to the bare
 * socket. It waits for the answers of the requests before it: a client takes the first answer for that of its first request.
 */
export function refuseBrokenHttp(error: Error & { code?: string }, socket: Socket): void {
  const answer = answerTo(error.code ?? '', socket as Partial<TLSSocket>);
  if (answer === undefined || !socket.writable) {
    socket.destroy();
    return;
  }
  // The parser fails again with every byte that follows.
  if (refused.has(socket)) return;
  refused.add(socket);
  const last = lastOn.get(socket);
  const isInBody = last?.request.complete === false;
  const isOpen = isInBody && !last.response.headersSent;
  whenAnswered(isOpen ? last.before : last?.response, () => {
    const isAnswered = error.code === 'HPE_CLOSED_CONNECTION' || (isInBody && last.response.headersSent);
    end(socket, isAnswered ? '' : answer);
  });
}

/**
 * Sends a problem as an HTTP response on a connection that has no HTTP server, and ends it.
 *
 * @param socket without TLS
 */
export function answerOnSocket(socket: Socket, code: ProblemCode, detail: string): void {
  end(socket, answerOf(code, detail));
}

function whenAnswered(response: ServerResponse | undefined, then: () => void): void {
  if (response === undefined || response.closed) then();
  else response.once('close', then);
}

function end(socket: Socket, answer: string): void {
  if (!socket.writable) return;
  socket.end(answer);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}

/** Type and version of a record that begins a TLS handshake. */
const [HANDSHAKE, TLS_VERSION] = [0x16, 0x03];

/** Whether the bytes that are not HTTP are the beginning of TLS. */
export function isHandshake({ rawPacket }: Error & { rawPacket?: Buffer }): boolean {
  return rawPacket?.[0] === HANDSHAKE && rawPacket[1] === TLS_VERSION;
}

const CLIENT_ERRORS: Readonly<Record<string, [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'The headers are larger than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time.'],
};
const NOT_HTTP: [ProblemCode, string] = ['bad-request', 'This is not valid HTTP/1.1.'];

/** @returns `undefined` where it was not the client that spoke, but the connection that failed */
function answerTo(errorCode: string, { authorizationError }: Partial<TLSSocket>): string | undefined {
  if (errorCode in CLIENT_ERRORS) return answerOf(...CLIENT_ERRORS[errorCode]!);
  if (errorCode.startsWith('HPE_')) return answerOf(...NOT_HTTP);
  if (!errorCode.startsWith('ERR_SSL_') || !authorizationError) return undefined;
  return answerOf('unauthorized', `The client certificate is not accepted (${String(authorizationError)}).`);
}

function answerOf(code: ProblemCode, detail: string): string {
  const problem = problemOf(code, detail);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
