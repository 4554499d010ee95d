import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '@sluice/http';
import type { MediaType } from '@sluice/ingest';

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

export function bodyTooLarge(maxBytes: number): ProblemError {
  const detail = `The body may have ${maxBytes} bytes at most; send fewer records in one request.`;
  return new ProblemError('body-too-large', detail);
}
