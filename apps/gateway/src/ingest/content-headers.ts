import type { IncomingHttpHeaders } from 'node:http';
import { ProblemError } from '@sluice/http';

export type MediaType = 'application/json' | 'application/x-ndjson';

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

export type ContentCoding = 'identity' | 'gzip' | 'zstd';

/** @throws ProblemError `unsupported-encoding` for any other coding and for more than one */
export function contentCodingOf(header: string | undefined): ContentCoding {
  if (header === undefined) return 'identity';
  const coding = header.trim().toLowerCase();
  if (coding === 'gzip' || coding === 'zstd' || coding === 'identity') return coding;
  throw new ProblemError('unsupported-encoding', 'Send the body plain or with one Content-Encoding: gzip or zstd.');
}
