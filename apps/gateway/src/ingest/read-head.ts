import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '@sluice/http';
import type { MediaType } from '@sluice/ingest';

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

const JSON_TYPE = /^(?:application\/json|text\/json|application\/[\w.!#$&^+-]+\+json)$/;
const LINES_TYPE = /^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines)$/;
/** Media types of clients that cannot set one. A web page can send these to any address without a preflight. */
const UNNAMED_TYPES: ReadonlySet<string> = new Set(['', 'text/plain', 'application/x-www-form-urlencoded']);
/** Of a value that is shown in an answer. */
const MAX_SHOWN_LENGTH = 100;

/**
 * What the body is written in.
 *
 * @param comesFromOtherOrigin whether a web page of another origin sends it, which must ask for permission by its type
 * @throws ProblemError `unsupported-media-type`, and `invalid-json` for a request that has neither a body nor a type
 */
export function mediaTypeOf(headers: IncomingHttpHeaders, comesFromOtherOrigin: () => boolean): MediaType {
  const header = headers['content-type'];
  if (header === 'application/json' || header === 'application/x-ndjson') return header;
  if (header === undefined && !hasBody(headers)) throw emptyBody();
  const [type = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (parameters.some(isOtherCharset)) throw unsupported(header, 'JSON is sent as UTF-8: send charset=utf-8 or none.');
  if (JSON_TYPE.test(type)) return 'application/json';
  if (LINES_TYPE.test(type)) return 'application/x-ndjson';
  if (!UNNAMED_TYPES.has(type)) throw unsupported(header, 'Send application/json or application/x-ndjson.');
  if (!comesFromOtherOrigin()) return 'application/json';
  const detail = 'A page of another origin has to send application/json, and its origin has to be in CORS_ORIGINS.';
  throw unsupported(header, detail);
}

/** The refusal of a request without a body. */
export function emptyBody(): ProblemError {
  const detail = 'The body is empty. A body needs the header Content-Length, or Transfer-Encoding: chunked.';
  const errors = [{ pointer: '', code: 'syntax', detail, offset: 0, line: 1, column: 1 }];
  return new ProblemError('invalid-json', detail, { errors });
}

function unsupported(header: string | undefined, fix: string): ProblemError {
  const received = header === undefined ? 'No Content-Type was sent.' : `The Content-Type is ${shown(header)}.`;
  const detail = `${received} ${fix}`;
  const errors = [{ pointer: 'header:content-type', code: 'unsupported-media-type', detail }];
  return new ProblemError('unsupported-media-type', detail, { errors });
}

function shown(value: string): string {
  const printable = value.replace(/[^ -~]/g, '?');
  return printable.length <= MAX_SHOWN_LENGTH ? printable : `${printable.slice(0, MAX_SHOWN_LENGTH - 3)}...`;
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
}

function isOtherCharset(parameter: string): boolean {
  return /^charset\s*=/.test(parameter) && !/^charset\s*=\s*("utf-?8"|utf-?8)$/.test(parameter);
}

/**
 * Whether a web page of another origin sends the request: by `Origin`, and by `Sec-Fetch-Site`, which a page cannot forge. An origin
 * of `CORS_ORIGINS` is no other one.
 *
 * @param allowed origins, or `*`
 */
export function isOfOtherOrigin({ headers, socket }: IncomingMessage, allowed: ReadonlySet<string>): boolean {
  const { origin, host } = headers;
  if (origin !== undefined && (allowed.has(origin) || allowed.has('*'))) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && !isOwn(origin, host, 'encrypted' in socket);
}

/** A proxy may have terminated TLS, never added it. */
function isOwn(origin: string, host: string | undefined, isTls: boolean): boolean {
  const own = isTls ? [`https://${host}`] : [`https://${host}`, `http://${host}`];
  return own.includes(origin.toLowerCase());
}

export type ContentCoding = 'identity' | 'gzip' | 'deflate' | 'zstd';

const CODINGS: Readonly<Record<string, ContentCoding>> = {
  identity: 'identity',
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  zstd: 'zstd',
};

/** @throws ProblemError `unsupported-encoding` for any other coding and for more than one */
export function contentCodingOf(header: string | undefined): ContentCoding {
  if (header === undefined) return 'identity';
  const coding = header.trim().toLowerCase();
  if (Object.hasOwn(CODINGS, coding)) return CODINGS[coding]!;
  const detail = 'Send the body plain or with one Content-Encoding: gzip, deflate or zstd.';
  const errors = [{ pointer: 'header:content-encoding', code: 'unsupported-encoding', detail }];
  throw new ProblemError('unsupported-encoding', detail, { errors });
}

export function bodyTooLarge(maxBytes: number): ProblemError {
  const detail = `The body may have at most ${maxBytes} bytes; send fewer records in one request.`;
  return new ProblemError('body-too-large', detail);
}
