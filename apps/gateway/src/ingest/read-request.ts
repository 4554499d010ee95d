import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '@sluice/http';
import { type ContentCoding, contentCodingOf, inflation } from './content-coding.js';
import { emptyBody, isOfOtherOrigin, mediaTypeOf } from './media-type.js';
import { RefusedError, type MediaType, type Refusal, type Ticket } from '@sluice/ingest';

/** What the head of `POST /ingest` says of its body. */
export interface IngestHead {
  mediaType: MediaType;
  idempotencyKey: string | undefined;
  coding: ContentCoding;
  /** Whether the method has a body; left out: it has. */
  hasBody?: boolean;
}

export interface HeadLimits {
  maxBodyBytes: number;
  /** Origins whose pages may send records, or `*`. */
  allowedOrigins: ReadonlySet<string>;
}

/**
 * Everything that can be refused before the request is charged and its body is read.
 *
 * @throws ProblemError `bad-request`, `unsupported-media-type`, `invalid-json`, `unsupported-encoding`, `body-too-large`
 */
export function readHead({ raw }: FastifyRequest, reply: FastifyReply, limits: HeadLimits): IngestHead {
  const { maxBodyBytes, allowedOrigins } = limits;
  refuseFaultyFraming(raw, reply);
  const mediaType = mediaTypeOf(raw.headers, () => isOfOtherOrigin(raw, allowedOrigins));
  const idempotencyKey = idempotencyKeyOf(raw);
  const coding = contentCodingOf(raw.headers['content-encoding']);
  if (Number(raw.headers['content-length']) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  return { mediaType, idempotencyKey, coding };
}

/**
 * {@link readHead} for a source: a GET has no body.
 *
 * @throws ProblemError `bad-request`, `unsupported-media-type`, `invalid-json`, `unsupported-encoding`, `body-too-large`
 */
export function readSourceHead(request: FastifyRequest, reply: FastifyReply, limits: HeadLimits): IngestHead {
  if (request.raw.method !== 'GET') return { ...readHead(request, reply, limits), idempotencyKey: undefined };
  return { mediaType: 'application/json', idempotencyKey: undefined, coding: 'identity', hasBody: false };
}

/** RFC 9112, 6.1: HTTP/1.0 knows no chunks, so a proxy on the way may have seen another end of this request. */
function refuseFaultyFraming({ httpVersionMinor, headers }: IncomingMessage, reply: FastifyReply): void {
  if (httpVersionMinor !== 0 || headers['transfer-encoding'] === undefined) return;
  reply.header('connection', 'close');
  throw new ProblemError('bad-request', 'HTTP/1.0 has no Transfer-Encoding; send HTTP/1.1, or a Content-Length.');
}

/**
 * The header `Idempotency-Key`, or `undefined`.
 *
 * @throws ProblemError `bad-request` if it is there more than once: Node would join the two into a key that no client has sent
 */
function idempotencyKeyOf(message: IncomingMessage): string | undefined {
  const key = message.headers['idempotency-key'];
  if (key === undefined) return undefined;
  const given = message.headersDistinct['idempotency-key'];
  if (given?.length === 1) return keyText(given[0]!);
  const entry = { pointer: 'header:idempotency-key', code: 'repeated-header', detail: 'Give this header once.' };
  throw new ProblemError('bad-request', 'The request has more than one Idempotency-Key.', { errors: [entry] });
}

/** A string of RFC 9651, as the draft of the header requires. */
const STRUCTURED_STRING = /^"((?:[^"\\]|\\["\\])*)"$/;

/** A value without quotes is the key as it is. */
function keyText(value: string): string {
  const [, quoted] = STRUCTURED_STRING.exec(value) ?? [];
  return quoted === undefined ? value : quoted.replace(/\\(.)/g, '$1');
}

interface BodyLimits {
  maxBodyBytes: number;
  maxInflatedBytes: number;
}

/**
 * The bytes of the body, inflated. Never holds more than the limits allow, whatever the body would inflate to.
 *
 * @throws RefusedError `overloaded`
 * @throws ProblemError `body-too-large`, `invalid-encoding`, `request-timeout`, `invalid-json` if it is empty, `bad-request` if the
 *   connection breaks off
 */
export async function readBody(
  message: IncomingMessage,
  coding: ContentCoding,
  limits: BodyLimits,
  ticket: Ticket,
): Promise<Buffer> {
  const bytes = await collect(message, limits.maxBodyBytes, ticket, brokenOff);
  if (bytes.length === 0) throw emptyBody();
  return coding === 'identity' ? bytes : inflate(bytes, coding, limits.maxInflatedBytes, ticket);
}

/**
 * What stops being collected flows on and is thrown away, so that the client can read its answer.
 *
 * @param broken the problem to name if the source fails
 */
function collect(source: Readable, maxBytes: number, ticket: Ticket, broken: () => ProblemError): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  const onData = (chunk: Buffer): void => {
    length += chunk.length;
    const error = length > maxBytes ? bodyTooLarge(maxBytes) : errorOf(ticket.holdBytes(chunk.length));
    if (error === undefined) chunks.push(chunk);
    else giveUp(error);
  };
  const giveUp = (error: Error): void => {
    source.off('data', onData);
    chunks.length = 0;
    reject(error);
  };
  ticket.onTooSlow = () => giveUp(tooSlow());
  source.on('data', onData);
  source.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
  source.on('error', () => reject(broken()));
  return promise;
}

function tooSlow(): ProblemError {
  const detail = 'The body arrives too slowly while the gateway has little memory left; send smaller requests.';
  return new ProblemError('request-timeout', detail);
}

function brokenOff(): ProblemError {
  return new ProblemError('bad-request', 'The connection closed in the middle of the body.');
}

async function inflate(
  bytes: Buffer,
  coding: Exclude<ContentCoding, 'identity'>,
  maxBytes: number,
  ticket: Ticket,
): Promise<Buffer> {
  const { source, isWhole } = inflation(bytes, coding);
  const damaged = (): ProblemError =>
    new ProblemError('invalid-encoding', `The body is not complete in ${coding}, or other bytes follow it.`);
  try {
    const inflated = await collect(source, maxBytes, ticket, damaged);
    if (!isWhole()) throw damaged();
    return inflated;
  } finally {
    source.destroy();
  }
}

function errorOf(refusal: Refusal | undefined): RefusedError | undefined {
  return refusal && new RefusedError(refusal);
}

function bodyTooLarge(maxBytes: number): ProblemError {
  const detail = `The body may have at most ${maxBytes} bytes; send fewer records in one request.`;
  return new ProblemError('body-too-large', detail);
}
