import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '@sluice/http';
import { RefusedError, type MediaType, type Refusal, type Ticket } from '@sluice/ingest';

export type ContentCoding = 'identity' | 'gzip' | 'zstd';

/** What the head of `POST /ingest` says of its body. */
export interface IngestHead {
  mediaType: MediaType;
  idempotencyKey: string | undefined;
  coding: ContentCoding;
}

/**
 * Everything that can be refused before the request is charged and its body is read.
 *
 * @throws ProblemError `bad-request`, `unsupported-media-type`, `invalid-json`, `unsupported-encoding`, `body-too-large`
 */
export function readHead({ raw }: FastifyRequest, reply: FastifyReply, maxBodyBytes: number): IngestHead {
  refuseFaultyFraming(raw, reply);
  const [mediaType, idempotencyKey] = [mediaTypeOf(raw.headers), idempotencyKeyOf(raw)];
  const coding = contentCodingOf(raw.headers['content-encoding']);
  if (Number(raw.headers['content-length']) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  return { mediaType, idempotencyKey, coding };
}

/** RFC 9112, 6.1: HTTP/1.0 knows no chunks, so a proxy on the way may have seen another end of this request. */
function refuseFaultyFraming({ httpVersionMinor, headers }: IncomingMessage, reply: FastifyReply): void {
  if (httpVersionMinor !== 0 || headers['transfer-encoding'] === undefined) return;
  reply.header('connection', 'close');
  throw new ProblemError('bad-request', 'HTTP/1.0 has no Transfer-Encoding; send HTTP/1.1, or a Content-Length.');
}

/**
 * What the body is written in.
 *
 * @throws ProblemError `unsupported-media-type`, and `invalid-json` for a request that has neither a body nor a type
 */
export function mediaTypeOf(headers: IncomingHttpHeaders): MediaType {
  const header = headers['content-type'];
  if (header === 'application/json' || header === 'application/x-ndjson') return header;
  if (header === undefined && !hasBody(headers)) throw new ProblemError('invalid-json', 'The body is empty.');
  const [type, ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (parameters.some(isOtherCharset)) {
    throw new ProblemError('unsupported-media-type', 'JSON travels as UTF-8; send charset=utf-8 or no charset.');
  }
  if (type === 'application/json' || type === 'application/x-ndjson') return type;
  throw new ProblemError('unsupported-media-type', 'Send application/json or application/x-ndjson.');
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
}

function isOtherCharset(parameter: string): boolean {
  return /^charset\s*=/.test(parameter) && !/^charset\s*=\s*("utf-?8"|utf-?8)$/.test(parameter);
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
  if (given?.length === 1) return given[0];
  const entry = { pointer: 'header:idempotency-key', code: 'repeated-header', detail: 'Give this header once.' };
  throw new ProblemError('bad-request', 'Idempotency-Key stands in the request more than once.', { errors: [entry] });
}

/** @throws ProblemError `unsupported-encoding` for any other coding and for more than one */
export function contentCodingOf(header: string | undefined): ContentCoding {
  if (header === undefined) return 'identity';
  const coding = header.trim().toLowerCase();
  if (coding === 'gzip' || coding === 'zstd' || coding === 'identity') return coding;
  throw new ProblemError('unsupported-encoding', 'Send the body plain or with one Content-Encoding: gzip or zstd.');
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
  if (bytes.length === 0) throw new ProblemError('invalid-json', 'The body is empty.');
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
  return new ProblemError('bad-request', 'The connection broke off in the middle of the body.');
}

/** RFC 9659: a zstd window in HTTP has 8 MiB at most. A larger one would be memory that no limit of ours counts. */
const MAX_ZSTD_WINDOW_LOG = 23;
const INFLATED_CHUNK_BYTES = 64 * 1024;

/** Without it, Node ends a stream at the end of its first member or frame and drops the rest in silence. */
const NOTHING_DROPPED = { rejectGarbageAfterEnd: true, chunkSize: INFLATED_CHUNK_BYTES };

const INFLATERS = {
  gzip: () => createGunzip(NOTHING_DROPPED),
  zstd: () =>
    createZstdDecompress({
      ...NOTHING_DROPPED,
      params: { [constants.ZSTD_d_windowLogMax]: MAX_ZSTD_WINDOW_LOG },
    }),
};

async function inflate(
  bytes: Buffer,
  coding: Exclude<ContentCoding, 'identity'>,
  maxBytes: number,
  ticket: Ticket,
): Promise<Buffer> {
  const inflater = INFLATERS[coding]();
  inflater.end(bytes);
  const damaged = (): ProblemError =>
    new ProblemError('invalid-encoding', `The body is not one complete ${coding} stream and nothing else.`);
  try {
    return await collect(inflater, maxBytes, ticket, damaged);
  } finally {
    inflater.destroy();
  }
}

function errorOf(refusal: Refusal | undefined): RefusedError | undefined {
  return refusal && new RefusedError(refusal);
}

function bodyTooLarge(maxBytes: number): ProblemError {
  const detail = `The body may have ${maxBytes} bytes at most; send fewer records in one request.`;
  return new ProblemError('body-too-large', detail);
}
